package io.github.rollcallmock.junit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A selection of calls that are to fail; {@link #with} and its siblings set how, and take effect immediately. */
public final class Failing {
    private final RollcallNamespace namespace;
    private final Map<String, Object> match = new LinkedHashMap<>();
    private final Map<String, Object> params = new LinkedHashMap<>();

    Failing(RollcallNamespace namespace, String provider, String operation) {
        this.namespace = namespace;
        match.put("provider", provider);
        if (operation != null) {
            match.put("operation", operation);
        }
    }

    /** Narrows the selection to calls with this parameter, in the query, the body or the path. */
    public Failing when(String parameter, String value) {
        params.put(parameter, value);
        match.put("params", params);
        return this;
    }

    /** Answers with an error from the provider's table, by name; {@code rollcall errors} lists them. */
    public Fault with(String error) {
        return start(Map.of("error", error));
    }

    /** {@link #with} for errors whose message has a placeholder. */
    public Fault withDetail(String error, String detail) {
        return start(Map.of("error", error, "detail", detail));
    }

    /** Answers with this status and body instead of the provider's answer. */
    public Fault withStatus(int status, String body) {
        return start(Map.of("status", status, "body", body));
    }

    /** Gives the normal answer after a delay. */
    public Fault delayed(Duration by) {
        return start(Map.of("delay", by.toMillis() + "ms"));
    }

    /** Refuses calls beyond this many per second, as the provider does. */
    public Fault throttled(int callsPerSecond) {
        return start(Map.of("throttle", callsPerSecond));
    }

    /** Never answers. */
    public Fault hanging() {
        return start("hang");
    }

    /** Closes the connection instead of answering. */
    public Fault disconnected() {
        return start("reset");
    }

    /** Closes the connection in the middle of the answer. */
    public Fault truncated() {
        return start("truncate");
    }

    private Fault start(Object effect) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("match", new LinkedHashMap<>(match));
        rule.put("effect", effect);
        return new Fault(namespace, rule);
    }
}
