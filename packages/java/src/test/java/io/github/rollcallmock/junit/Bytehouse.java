package io.github.rollcallmock.junit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client of one provider, by hand. */
final class Bytehouse {
    static final String PROVIDER = "volcengine-bytehouse";
    private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(HttpClient.Builder.NO_PROXY).build();

    private Bytehouse() {}

    record Answer(int status, Map<?, ?> body) {
        Object at(String... path) {
            Object value = body;
            for (String step : path) {
                value = ((Map<?, ?>) value).get(step);
            }
            return value;
        }
    }

    static Answer call(RollcallNamespace namespace, String query) {
        try {
            return send(namespace, query, Duration.ofMinutes(1));
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    static Answer send(RollcallNamespace namespace, String query, Duration patience) throws Exception {
        var request = namespace.request("/?Version=2024-08-31&" + query).timeout(patience).build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body().isEmpty() ? Map.of() : (Map<?, ?>) Json.read(answer.body()));
    }

    static long total(RollcallNamespace namespace) {
        return (Long) call(namespace, "Action=ListUsers&Limit=1").at("Result", "Meta", "Total");
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> users(RollcallNamespace namespace) {
        return (List<Map<String, Object>>) call(namespace, "Action=ListUsers&Limit=1000").at("Result", "Data", "Users");
    }

    /** A seed document with these users. */
    static Map<String, Object> document(String... names) {
        var users = new ArrayList<Map<String, Object>>();
        for (String name : names) {
            var user = new LinkedHashMap<String, Object>(Map.of("ID", name.length(), "UserID", name.length(), "AccountID", 7, "Username", name, "CloudName", "",
                "UserType", "NORMAL", "Status", "ACTIVE", "Emaill", "", "Description", "", "Readonly", false));
            user.putAll(Map.of("IsSystemAdmin", false, "LastLoginAt", 0, "CreatedAt", 0, "UpdatedAt", 0, "Immutable", false, "Clusters", List.of()));
            users.add(user);
        }
        return Map.of(PROVIDER, Map.of("Users", users));
    }

    /** Wants all of these in a text. */
    static void contains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text != null && text.contains(part), () -> "\"" + part + "\" is not in\n" + text);
        }
    }
}
