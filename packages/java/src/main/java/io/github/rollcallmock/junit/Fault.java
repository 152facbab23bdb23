package io.github.rollcallmock.junit;

import java.util.List;
import java.util.Map;

/** In effect until the test ends, it has happened as often as {@link #times} says, or it is closed. */
public final class Fault implements AutoCloseable {
    private final RollcallNamespace namespace;
    private final Map<String, Object> rule;
    private long id;

    Fault(RollcallNamespace namespace, Map<String, Object> rule) {
        this.namespace = namespace;
        this.rule = rule;
        set();
    }

    /** Limits how often it happens. */
    public Fault times(int count) {
        return change("times", count);
    }

    /** Lets this many calls pass first. */
    public Fault after(int count) {
        return change("after", count);
    }

    private Fault change(String name, int count) {
        long before = id;
        rule.put(name, count);
        set();
        // The first rule is removed last, so that no call slips through in between.
        remove(before);
        return this;
    }

    private void set() {
        Map<?, ?> made = (Map<?, ?>) namespace.ask("POST", namespace.about("faults"), rule);
        id = ((Number) made.get("id")).longValue();
    }

    /** How many calls it has happened to. */
    public int happened() {
        for (Object one : (List<?>) namespace.ask("GET", namespace.about("faults"), null)) {
            Map<?, ?> found = (Map<?, ?>) one;
            if (((Number) found.get("id")).longValue() == id) {
                return ((Number) found.get("happened")).intValue();
            }
        }
        throw new RollcallException("fault " + id + " is gone; ask before it is closed or the namespace reset");
    }

    /** Removes the fault; also at the end of a try-with-resources statement. */
    @Override
    public void close() {
        remove(id);
    }

    private void remove(long which) {
        try {
            // With a load balancer, the namespace selects the replica that has the rule.
            namespace.server().json("DELETE", namespace.about("faults/" + which), null);
        } catch (Server.Refusal refusal) {
            // A reset may have removed it already.
            if (refusal.status != 404) {
                throw refusal.told();
            }
        }
    }
}
