// sdk: com.volcengine:volcengine-java-sdk-core volcengine-bytehouse

import static harness.Harness.*;

import com.volcengine.ApiClient;
import com.volcengine.ApiException;
import com.volcengine.ContentType;
import com.volcengine.HttpMethod;
import com.volcengine.UniversalApi;
import com.volcengine.UniversalRequest;
import com.volcengine.model.ResponseMetadata;
import com.volcengine.retryer.NoBackoffStrategy;
import com.volcengine.sign.Credentials;
import harness.Harness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * ByteHouse 2024-08-31 through the universal requests of the official Java SDK's core: volcengine-java-sdk-core. The registry does not serve
 * volcengine-java-sdk-bytehousece20240831, which is generated for it (see ../../../README.md).
 */
final class VolcengineBytehouse {
    private static final String PROVIDER = "volcengine-bytehouse";
    private static final String UNKNOWN = "nobody-here";
    private static final String WRONG = "Bad Request";
    private static final int ACCOUNT = Integer.parseInt(setting("account", "12345678")); // of the MAIN user, whose UserID it is
    private static final int CLUSTER = Integer.parseInt(setting("cluster_id", "137"));
    private static final String MAIN = setting("main_user", "user1");
    private static final String USER = setting("user", "alice.chen"); // may be changed; nothing that is done to it outlives its case
    private static final String OTHER = setting("other_user", "report_ro");
    private static final String DOOMED = setting("doomed_user", "wang_fang"); // is deleted
    private static final UniversalApi own = connect(accessKey, secretKey, null);

    private VolcengineBytehouse() {}

    static void cases() {
        listing();
        aboutUsers();
        aboutRoles();
        aboutPrivileges();
        ways();
        underFaults();
    }

    private static UniversalApi connect(String accessKey, String secretKey, String token) {
        var key = token == null ? Credentials.getCredentials(accessKey, secretKey) : Credentials.getCredentials(accessKey, secretKey, token);
        return new UniversalApi(must(() -> new ApiClient().setCredentials(key).setRegion("cn-beijing").setEndpoint(address).setDisableSSL(scheme.equals("http"))
            .setBackoffStrategy(new NoBackoffStrategy())));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> call(UniversalApi api, HttpMethod method, ContentType type, String action, Map<String, Object> input) {
        var answer = must(() -> api.doCall(new UniversalRequest("bytehouse_ce", action, "2024-08-31", method, type), new HashMap<>(input)));
        return (Map<String, Object>) answer.get("Result");
    }

    private static Map<String, Object> ask(UniversalApi api, String action, Map<String, Object> input) {
        return call(api, HttpMethod.POST, ContentType.ApplicationJSON, action, input);
    }

    private static Object at(Object value, Object... path) {
        for (Object step : path) {
            value = step instanceof Integer index ? ((List<?>) value).get(index) : ((Map<?, ?>) value).get(step);
        }
        return value;
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    private static Map<String, Object> page(int limit, int offset) {
        return ask(own, "ListUsers", Map.of("Limit", limit, "Offset", offset));
    }

    private static List<Object> names(Map<String, Object> answer) {
        return list(at(answer, "Data", "Users")).stream().map(user -> at(user, "Username")).toList();
    }

    private static int total() {
        return number(at(ask(own, "ListUsers", Map.of()), "Meta", "Total"));
    }

    private static Object detail(String name) {
        return at(ask(own, "GetUserDetail", Map.of("Username", name)), "Data", "User");
    }

    /** Wants the SDK's class with this status, and in its metadata the code and an id to ask about. */
    private static ResponseMetadata refused(int status, String code, Harness.Body body) {
        ApiException refusal;
        try {
            body.run();
            throw new AssertionError("no " + code + ", but success");
        } catch (Throwable thrown) {
            // What `must` wraps: the class is a checked one.
            Throwable cause = thrown instanceof IllegalStateException ? thrown.getCause() : thrown;
            holds(cause instanceof ApiException, "it threw " + cause);
            refusal = (ApiException) cause;
        }
        var metadata = refusal.getResponseMetadata();
        equal(List.of(refusal.getCode(), metadata.getError().getCode()), List.of(status, code));
        matches(metadata.getRequestId(), "[0-9A-F]{32}", "the request id");
        return metadata;
    }

    private static void wrong(Harness.Body body) {
        equal(refused(400, WRONG, body).getError().getMessage(), "api service received invalid request format");
    }

    private static void withRole(Consumer<Integer> run) {
        var created = ask(own, "CreateRole", Map.of("Name", fresh("role-"), "ClusterID", CLUSTER, "Description", "by the SDK"));
        int id = number(at(created, "Data", "Role", "ID"));
        try {
            run.accept(id);
        } finally {
            equal(at(ask(own, "DeleteRole", Map.of("RoleID", id)), "Data", "Message"), "delete role successfully");
        }
    }

    private static void listing() {
        claim("the SDK keeps the status and the headers, with an id to ask about", () -> {
            var answer = own.doCallWithHttpInfo(new UniversalRequest("bytehouse_ce", "ListUsers", "2024-08-31", HttpMethod.GET, ContentType.Default), new HashMap<>());
            equal(answer.getStatusCode(), 200);
            var metadata = (Map<?, ?>) answer.getData().get("ResponseMetadata");
            equal(List.of(metadata.get("Action"), metadata.get("Version"), metadata.get("Service"), metadata.get("Region")),
                List.of("ListUsers", "2024-08-31", "bytehouse_ce", "cn-beijing"));
            equal(answer.getHeaders().get("X-Tt-Logid"), List.of(metadata.get("RequestId")));
            matches(answer.getHeaders().get("X-Tt-Logid").get(0), "[0-9A-F]{32}", "the request id");
        });

        claim("the first user is the one of the document", () -> {
            var user = at(ask(own, "ListUsers", Map.of()), "Data", "Users", 0);
            equal(List.of(number(at(user, "ID")), number(at(user, "UserID")), number(at(user, "AccountID")), at(user, "Username"), at(user, "CloudName"), at(user, "UserType"),
                    at(user, "Status"), at(user, "Readonly"), at(user, "Clusters"), ((Number) at(user, "CreatedAt")).longValue()),
                List.of(123, ACCOUNT, ACCOUNT, MAIN, "cloudname", "MAIN", "ACTIVE", true, List.of("98Al3s"), 1716264720906L));
            holds(((Map<?, ?>) user).containsKey("Emaill"), "the address is spelt " + user);
        });

        claim("a page holds ten users unless asked otherwise", () -> {
            for (Map<String, Object> input : List.of(Map.<String, Object>of(), Map.<String, Object>of("Limit", 0), Map.<String, Object>of("Offset", 0))) {
                var answer = ask(own, "ListUsers", input);
                equal(List.of(names(answer).size(), number(at(answer, "Meta", "Offset"))), List.of(10, 0));
            }
            holds(total() > 20, "the demo holds more than two default pages");
        });

        claim("walks in pages of any size meet every user once in the same order", () -> {
            var everyone = names(page(1000, 0));
            unique(everyone);
            equal(everyone.size(), total());
            for (int size : new int[] {1, 7, 10}) {
                equal(walk(met -> names(page(size, met))), everyone, "walk by", size);
            }
            equal(names(page(3, 4)), everyone.subList(4, 7));
        });

        claim("past the end is an empty list with the true total, and a huge limit is not capped", () -> {
            var beyond = page(10, 100_000);
            equal(List.of(names(beyond), number(at(beyond, "Meta", "Offset")), number(at(beyond, "Meta", "Total"))), List.of(List.of(), 100_000, total()));
            equal(names(page(Integer.MAX_VALUE, 0)).size(), total());
        });

        claim("negative windows are a bad request", () -> {
            wrong(() -> page(-1, 0));
            wrong(() -> page(10, -1));
        });
    }

    private static void aboutUsers() {
        claim("a user is shown as it is listed", () -> {
            for (Object listed : list(at(page(1000, 0), "Data", "Users"))) {
                var shown = detail((String) at(listed, "Username"));
                equal(at(shown, "Status"), at(listed, "Status"));
                // In a list the SDK reads numbers as doubles, elsewhere as longs.
                for (String member : List.of("ID", "UserID", "CreatedAt", "UpdatedAt")) {
                    equal(((Number) at(shown, member)).longValue(), ((Number) at(listed, member)).longValue(), member);
                }
            }
        });

        claim("an update is seen and can be undone", () -> {
            var before = detail(USER);
            Function<Map<String, Object>, Object> change = fields -> {
                var input = new HashMap<>(fields);
                input.put("Username", USER);
                input.put("Email", "新@acme.example");
                return at(ask(own, "UpdateUser", input), "Data", "Message");
            };
            equal(change.apply(Map.of("Description", "it's 张 三*~+/=&", "Readonly", !(Boolean) at(before, "Readonly"))), "update user successfully");
            var after = detail(USER);
            equal(List.of(at(after, "Description"), at(after, "Readonly")), List.of("it's 张 三*~+/=&", !(Boolean) at(before, "Readonly")));
            change.apply(Map.of("Description", at(before, "Description"), "Readonly", at(before, "Readonly")));
            equal(at(detail(USER), "Description"), at(before, "Description"));
        });

        claim("an update needs all four fields", () -> {
            wrong(() -> ask(own, "UpdateUser", Map.of("Username", USER, "Email", "e", "Description", "d")));
            wrong(() -> ask(own, "UpdateUser", Map.of("Username", UNKNOWN, "Email", "e", "Description", "d", "Readonly", true)));
        });

        claim("a deleted user is gone, and is deleted by its UserID", () -> {
            var found = detail(DOOMED);
            int before = total();
            wrong(() -> ask(own, "DeleteUser", Map.of("UserID", number(at(found, "ID")))));
            equal(at(ask(own, "DeleteUser", Map.of("UserID", number(at(found, "UserID")))), "Data", "Message"), "delete user successfully");
            equal(total(), before - 1);
            wrong(() -> detail(DOOMED));
            wrong(() -> ask(own, "DeleteUser", Map.of("UserID", ACCOUNT)));
        });

        claim("the initial password is told once it is still that", () -> {
            Function<String, Object> initial = name -> at(ask(own, "GetUserInitialPassword", Map.of("Username", name)), "Data", "User");
            equal(List.of(at(initial.apply(MAIN), "PasswordIsDefault"), at(initial.apply(MAIN), "Message")), List.of(false, "Failed to get password, it has been modified"));
            equal(at(initial.apply("judy.lin"), "PasswordIsDefault"), true);
            wrong(() -> initial.apply(UNKNOWN));
        });
    }

    private static void aboutRoles() {
        claim("a role is created, listed and deleted, and is then unknown", () -> {
            int[] gone = new int[1];
            withRole(id -> {
                gone[0] = id;
                var listed = list(at(ask(own, "ListRoles", Map.of("ClusterID", CLUSTER)), "Data", "Roles")).stream().filter(role -> number(at(role, "ID")) == id).toList();
                equal(List.of(listed.size(), at(listed.get(0), "Description"), at(listed.get(0), "IsDefault")), List.of(1, "by the SDK", false));
                wrong(() -> ask(own, "CreateRole", Map.of("Name", at(listed.get(0), "Name"), "ClusterID", CLUSTER)));
            });
            for (String action : List.of("DeleteRole", "AssignRole", "UnassignRole", "ListGrantUsersForRole", "ShowPrivilegesForRole")) {
                var metadata = refused(400, "FailedToGetRoleInMetadata", () -> ask(own, action, Map.of("RoleID", gone[0])));
                equal(metadata.getError().getMessage(), "failed to get role in metadata", action);
            }
        });

        claim("a role is assigned, listed and taken back", () ->
            withRole(id -> {
                Supplier<List<Object>> members = () -> list(at(ask(own, "ListGrantUsersForRole", Map.of("RoleID", id)), "Data", "Grants")).stream()
                    .map(one -> (Object) (at(one, "Username") + " " + at(one, "AdminOption"))).toList();
                ask(own, "AssignRole", Map.of("RoleID", id, "Users", List.of(Map.of("Username", USER, "AdminOption", true), Map.of("Username", OTHER))));
                equal(members.get(), List.of(USER + " true", OTHER + " false"));
                equal(list(at(ask(own, "ShowRolesForUser", Map.of("Username", USER)), "Data", "Roles")).stream().filter(role -> number(at(role, "RoleID")) == id).count(), 1L);
                ask(own, "UnassignRole", Map.of("RoleID", id, "Users", List.of(Map.of("Username", USER))));
                equal(members.get(), List.of(OTHER + " false"));
                wrong(() -> ask(own, "AssignRole", Map.of("RoleID", id, "Users", List.of(Map.of("Username", UNKNOWN)))));
            }));
    }

    private static Map<String, Object> grant(String database, Object... columns) {
        return Map.of("ClusterID", CLUSTER, "GrantOption", false, "Targets", List.of(Map.of("Database", database, "Table", "t")),
            "Privileges", List.of(Map.of("Name", "SELECT", "Columns", List.of(columns)), Map.of("Name", "INSERT")));
    }

    private static long privileges(String action, Map<String, Object> whose, String database) {
        return list(at(ask(own, action, whose), "Data", "Grants")).stream().filter(one -> database.equals(at(one, "DatabaseName")))
            .flatMap(one -> list(at(one, "Privileges")).stream()).count();
    }

    private static void aboutPrivileges() {
        claim("privileges are granted and revoked by name and by id", () -> {
            int id = number(at(detail(USER), "UserID"));
            var answer = ask(own, "GrantPrivilegesToUserByName", Map.of("Username", USER, "Grants", List.of(grant("sdk-java", "c1", "c2"))));
            equal(at(answer, "Data", "Message"), "successfully grant privileges to " + USER);
            equal(privileges("ShowPrivilegesForUserByName", Map.of("Username", USER), "sdk-java"), 2L);
            equal(privileges("ShowPrivilegesForUserByID", Map.of("UserID", id), "sdk-java"), 2L);
            ask(own, "RevokePrivilegesFromUserByName", Map.of("Username", USER, "Grants", List.of(grant("sdk-java"))));
            equal(privileges("ShowPrivilegesForUserByName", Map.of("Username", USER), "sdk-java"), 0L);
            ask(own, "GrantPrivilegesToUserByID", Map.of("UserID", id, "Grants", List.of(grant("sdk-java-id"))));
            equal(privileges("ShowPrivilegesForUserByID", Map.of("UserID", id), "sdk-java-id"), 2L);
            ask(own, "RevokePrivilegesForUserByID", Map.of("UserID", id, "Grants", List.of(grant("sdk-java-id"))));
            equal(privileges("ShowPrivilegesForUserByID", Map.of("UserID", id), "sdk-java-id"), 0L);
            wrong(() -> ask(own, "GrantPrivilegesToUserByName", Map.of("Username", USER)));
            wrong(() -> ask(own, "ShowPrivilegesForUserByName", Map.of("Username", UNKNOWN)));
            wrong(() -> ask(own, "GrantPrivilegesToUserByID", Map.of("UserID", Integer.MAX_VALUE)));
        });

        claim("the grants of a user and of a role are updated", () ->
            withRole(id -> {
                Supplier<Boolean> has = () -> list(at(ask(own, "ShowRolesForUser", Map.of("Username", USER)), "Data", "Roles")).stream().anyMatch(role -> number(at(role, "RoleID")) == id);
                for (String action : List.of("GRANT", "REVOKE")) {
                    ask(own, "UpdateGrantsForUser", Map.of("Username", USER, "ActionType", action, "Assignments", List.of(Map.of("RoleID", id, "AdminOption", true)),
                        "Grants", List.of(grant("sdk-java-both"))));
                    equal(has.get(), action.equals("GRANT"));
                    ask(own, "UpdateGrantsForRole", Map.of("RoleID", id, "ActionType", action, "Grants", List.of(grant("sdk-java-role", "c"))));
                    equal(privileges("ShowPrivilegesForRole", Map.of("RoleID", id), "sdk-java-role"), action.equals("GRANT") ? 2L : 0L);
                }
            }));
    }

    private static void ways() {
        record Way(HttpMethod method, ContentType type) {}
        var every = List.of(new Way(HttpMethod.GET, ContentType.Default), new Way(HttpMethod.POST, ContentType.ApplicationJSON));

        claim("users are listed by every method and content type that the SDK can send", () -> {
            var expected = names(page(3, 2));
            for (Way way : every) {
                equal(names(call(own, way.method, way.type, "ListUsers", Map.of("Offset", 2, "Limit", 3))), expected, way);
            }
        });

        claim("names that have to be escaped arrive by query and by body", () -> {
            for (String name : List.of("张三", "李 四", "a b*~+/=&%", "rocket🚀", "\"quoted\\name\"", "o'brien")) {
                for (Way way : every) {
                    equal(at(call(own, way.method, way.type, "GetUserDetail", Map.of("Username", name)), "Data", "User", "Username"), name, way);
                }
            }
        });

        claim("an action that is none, and another version, are not found", () -> {
            for (String action : List.of("CreateUser", "listUsers", "TagResources")) {
                equal(refused(404, "InvalidActionOrVersion", () -> ask(own, action, Map.of())).getError().getMessage(),
                    "Could not find operation " + action + " for version 2024-08-31");
            }
            refused(404, "InvalidActionOrVersion",
                () -> own.doCall(new UniversalRequest("bytehouse_ce", "ListUsers", "2018-04-12", HttpMethod.GET, ContentType.Default), new HashMap<>()));
        });
    }

    private static UniversalApi inNamespace(String namespace) {
        return connect(accessKey + "~" + namespace, secretKey, null);
    }

    private static void underFaults() {
        claim("the SDK retries what is busy or broken, and nothing else", () ->
            Map.of("ServiceUnavailable", List.of(503, 503, 200), "FlowLimitExceeded", List.of(429, 429, 200), "InternalServiceTimeout", List.of(504, 504, 200),
                "InternalError", List.of(500, 500, 200), "AccessDenied", List.of(403), "BadRequest", List.of(400)).forEach((name, statuses) -> {
                    String namespace = fresh("retry-");
                    fault(namespace, PROVIDER, "ListUsers", name, 2);
                    try {
                        ask(inNamespace(namespace), "ListUsers", Map.of());
                        equal(statuses.size(), 3, name);
                    } catch (IllegalStateException refusal) {
                        equal(List.of(statuses.size(), ((ApiException) refusal.getCause()).getCode()), List.of(1, statuses.get(0)), name);
                    }
                    equal(calls(namespace, "ListUsers"), statuses, name);
                }));

        claim("tries that have been used up tell the last error", () -> {
            String namespace = fresh("retry-");
            fault(namespace, PROVIDER, "ListUsers", "FlowLimitExceeded", 20);
            equal(refused(429, "FlowLimitExceeded", () -> ask(inNamespace(namespace), "ListUsers", Map.of())).getError().getMessage(),
                "Request was rejected because of flow limit.");
            equal(calls(namespace, "ListUsers"), List.of(429, 429, 429, 429));
        });

        claim("errors of the gateway are what the SDK's class holds", () ->
            Map.of("LackPolicy", 403, "MissingSignature", 401, "InvalidTimestamp", 400, "ServiceNotFound", 404, "MethodNotAllowed", 405).forEach((name, status) -> {
                String namespace = fresh("fault-");
                fault(namespace, PROVIDER, "ListUsers", name, 1);
                refused(status, name, () -> ask(inNamespace(namespace), "ListUsers", Map.of()));
            }));

        claim("a namespace in the access key keeps its own users", () -> {
            var suite = inNamespace(fresh("suite-"));
            var found = ask(suite, "GetUserDetail", Map.of("Username", OTHER));
            ask(suite, "DeleteUser", Map.of("UserID", number(at(found, "Data", "User", "UserID"))));
            wrong(() -> ask(suite, "GetUserDetail", Map.of("Username", OTHER)));
            equal(at(detail(OTHER), "Username"), OTHER);
        });

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            equal(names(ask(connect(key.accessKey(), key.secretKey(), key.token()), "ListUsers", Map.of("Limit", 3))).size(), 3);
            if (isStrict(PROVIDER)) {
                for (String another : new String[] {"another", null}) {
                    refused(401, "InvalidSecretToken", () -> ask(connect(key.accessKey(), key.secretKey(), another), "ListUsers", Map.of()));
                }
            }
        });

        claim("a wrong secret and an unknown key are refused where they are looked at", () -> {
            if (!isStrict(PROVIDER)) {
                ask(connect(accessKey, "wrong", null), "ListUsers", Map.of());
                return;
            }
            refused(401, "SignatureNotMatch", () -> ask(connect(accessKey, "wrong", null), "ListUsers", Map.of()));
            refused(401, "InvalidAccessKey", () -> ask(connect("nobody", secretKey, null), "ListUsers", Map.of()));
        });
    }
}
