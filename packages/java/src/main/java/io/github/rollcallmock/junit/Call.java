package io.github.rollcallmock.junit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A call in the journal of a namespace. */
public final class Call {
    private final Map<?, ?> entry;

    Call(Object entry) {
        this.entry = (Map<?, ?>) entry;
    }

    /** Increases over the server's lifetime. */
    public long id() {
        return ((Number) entry.get("id")).longValue();
    }

    /** The time in the namespace's clock. */
    public Instant time() {
        return Instant.parse(text("time"));
    }

    /** Empty if no provider claimed the call. */
    public String provider() {
        return text("provider");
    }

    /** Empty if the provider has no such operation. */
    public String operation() {
        return text("operation");
    }

    /** Where the call was answered: recognise, fault, gateway, operation, answered or broken. */
    public String stage() {
        return text("stage");
    }

    public int status() {
        return entry.get("status") instanceof Number ? ((Number) entry.get("status")).intValue() : 0;
    }

    /** How a fault disrupted the answer: hang, reset or truncate; empty if it arrived complete. */
    public String delivery() {
        return text("delivery");
    }

    /** The name of a row in the provider's error table; empty for a success. */
    public String error() {
        return text("error");
    }

    public String requestId() {
        return text("request_id");
    }

    public String method() {
        return text("method");
    }

    /** Path and query, with secrets masked. */
    public String target() {
        return text("target");
    }

    /** What was wrong, what nearly matched, and what to do. */
    public List<String> explanation() {
        return texts("explanation");
    }

    /** How a near miss differs from the expectation. */
    public List<String> differs() {
        return texts("differs");
    }

    boolean isUnmatched() {
        return stage().equals("recognise") || stage().equals("broken") || explanation().stream().anyMatch(line -> line.startsWith("Near: "));
    }

    boolean hasFailed() {
        return status() >= 400 || !error().isEmpty();
    }

    /** The call in one line, followed by lines about what was wrong with it. */
    @Override
    public String toString() {
        String outcome = (status() + " " + error()).trim();
        String what = provider().isEmpty() ? "no provider's API" : (provider() + " " + operation()).trim();
        String target = target().length() > 200 ? target().substring(0, 200) + "…" : target();
        StringBuilder lines = new StringBuilder("    #" + id() + " " + method() + " " + target + " -> " + outcome + " (" + what + ", " + stage() + ")");
        explanation().forEach(line -> lines.append("\n        ").append(line));
        differs().forEach(line -> lines.append("\n        differs: ").append(line));
        return lines.toString();
    }

    private String text(String name) {
        return entry.get(name) == null ? "" : entry.get(name).toString();
    }

    private List<String> texts(String name) {
        List<String> found = new ArrayList<>();
        if (entry.get(name) instanceof List) {
            ((List<?>) entry.get(name)).forEach(line -> found.add(String.valueOf(line)));
        }
        return Collections.unmodifiableList(found);
    }
}
