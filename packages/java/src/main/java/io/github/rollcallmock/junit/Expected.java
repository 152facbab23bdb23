package io.github.rollcallmock.junit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Narrows down which calls {@link RollcallNamespace#assertCalled} counts, and sets how many there should be. */
public final class Expected {
    private final Consumer<Map<String, Object>> change;

    private Expected(Consumer<Map<String, Object>> change) {
        this.change = change;
    }

    void into(Map<String, Object> question) {
        change.accept(question);
    }

    /** Exactly this many calls. */
    public static Expected times(int count) {
        return count("exactly", count);
    }

    /** This many calls or more. */
    public static Expected atLeast(int count) {
        return count("at_least", count);
    }

    /** This many calls or fewer. */
    public static Expected atMost(int count) {
        return count("at_most", count);
    }

    private static Expected count(String how, int count) {
        return new Expected(question -> question.put("count", Map.of(how, count)));
    }

    /** Waits this long for calls still to come, at most a minute. */
    public static Expected within(Duration length) {
        return new Expected(question -> question.put("wait_ms", length.toMillis()));
    }

    /** Counts only calls that were answered with this status. */
    public static Expected status(int status) {
        return new Expected(question -> question.put("status", status));
    }

    /** Counts only calls with this parameter, in the query, the body or the path. */
    public static Expected param(String name, String value) {
        return new Expected(question -> params(question).put(name, value));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> params(Map<String, Object> question) {
        Map<String, Object> match = (Map<String, Object>) question.get("match");
        return (Map<String, Object>) match.computeIfAbsent("params", none -> new LinkedHashMap<String, Object>());
    }
}
