package io.github.rollcallmock.junit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration of a namespace. */
final class Options {
    final List<Object> seeds = new ArrayList<>();
    final Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
    boolean isEmpty;
    boolean isStrict;
    boolean isOfClass;
    Instant clock;

    static Options of(Rollcall annotation) {
        Options options = new Options();
        for (String seed : annotation.seed()) {
            options.seed(seed);
        }
        if (!annotation.auth().isEmpty()) {
            options.set("auth", "*", annotation.auth());
        }
        for (String quirk : annotation.quirks()) {
            String[] parts = quirk.split("=", 2);
            if (parts.length < 2) {
                throw new RollcallException("the quirk \"" + quirk + "\" has no value; write it as aliyun-ehpc.user-id=number");
            }
            options.set("quirks", parts[0].strip(), parts[1].strip());
        }
        if (!annotation.clock().isEmpty()) {
            options.clock = Instant.parse(annotation.clock());
        }
        options.isStrict = annotation.strict();
        options.isOfClass = annotation.perClass();
        return options;
    }

    void seed(Object seed) {
        isEmpty = true;
        if (!"empty".equals(seed)) {
            seeds.add(seed);
        }
    }

    void set(String group, String name, String value) {
        settings.computeIfAbsent(group, none -> new LinkedHashMap<>()).put(name, value);
    }
}
