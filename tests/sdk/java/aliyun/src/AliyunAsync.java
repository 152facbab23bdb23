// sdk: com.aliyun:aliyun-gateway-pop aliyun-ehpc

import static harness.Harness.*;

import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.provider.StaticCredentialProvider;
import com.aliyun.core.http.HttpMethod;
import com.aliyun.sdk.gateway.pop.Configuration;
import com.aliyun.sdk.gateway.pop.auth.SignatureAlgorithm;
import com.aliyun.sdk.gateway.pop.auth.SignatureVersion;
import com.aliyun.sdk.gateway.pop.clients.CommonAsyncClient;
import com.aliyun.sdk.gateway.pop.exception.PopClientException;
import com.aliyun.sdk.gateway.pop.exception.PopServerException;
import com.aliyun.sdk.gateway.pop.models.CommonRequest;
import darabonba.core.client.ClientOverrideConfiguration;
import darabonba.core.policy.retry.RetryPolicy;
import darabonba.core.policy.retry.backoff.FixedDelayBackoffStrategy;
import darabonba.core.policy.retry.conditions.StatusCodeCondition;
import harness.Harness;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * E-HPC 2018-04-12 and 2024-07-30 through the generic calls of the official asynchronous Java SDK's core: aliyun-gateway-pop. The registry
 * does not serve alibabacloud-ehpc20180412 and -ehpc20240730, which are generated for it (see ../../../README.md).
 */
final class AliyunAsync {
    private static final String OLDER = "2018-04-12";
    private static final String NEWER = "2024-07-30";
    private static final String PASSWORD_TEXT = "Aa1!*~/+&=aaa"; // needs escaping in a query, and once more in a string to sign
    private static final String CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx");
    private static final String BROKEN = setting("broken_cluster", "ehpc-hz-9T3xxStop1"); // not running
    // running, and without users; the cases that write leave it so
    private static final String EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a");
    private static final String NEXT = setting("next_cluster", "ehpc-hz-Next240730"); // only 2024-07-30 sees these
    private static final String NEXT_EMPTY = setting("next_empty_cluster", "ehpc-hz-NextEmpty1");
    private static final String REQUEST_ID = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}";
    private static final Map<String, CommonAsyncClient> own = new TreeMap<>();

    private AliyunAsync() {}

    static void cases() {
        for (String signature : List.of("V1", "V3", "V3 SM3")) {
            own.put(signature, connect(signature, accessKey, secretKey, null, RetryPolicy.none()));
        }
        listing();
        refusals();
        lives();
        underFaults();
    }

    private static CommonAsyncClient connect(String signature, String accessKey, String secretKey, String token, RetryPolicy retries) {
        var key = new Credential.Builder().accessKeyId(accessKey).accessKeySecret(secretKey);
        if (token != null) {
            key.securityToken(token);
        }
        var configuration = Configuration.create().setSignatureVersion(SignatureVersion.valueOf(signature.substring(0, 2)));
        if (signature.endsWith("SM3")) {
            configuration.setSignatureAlgorithmV3(SignatureAlgorithm.ACS3_HMAC_SM3);
        }
        return CommonAsyncClient.builder().region("cn-hangzhou").credentialsProvider(StaticCredentialProvider.create(key.build())).serviceConfiguration(configuration)
            .overrideConfiguration(ClientOverrideConfiguration.create().setProtocol(scheme.toUpperCase(java.util.Locale.ROOT)).setEndpointOverride(address)
                .setRetryPolicy(retries).setConnectTimeout(Duration.ofSeconds(10)).setResponseTimeout(Duration.ofSeconds(10)))
            .build();
    }

    private static CompletableFuture<Map<String, Object>> start(CommonAsyncClient client, HttpMethod method, String version, String action, Map<String, ?> parameters) {
        var request = CommonRequest.builder().product("EHPC").version(version).action(action).path("/").httpMethod(method).requestBodyType("formData").responseBodyType("json");
        parameters.forEach((name, value) -> request.putQueryParameters(name, String.valueOf(value)));
        return client.callApi(request.build()).thenApply(AliyunAsync::body);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> body(com.aliyun.sdk.gateway.pop.models.CommonResponse answer) {
        var body = (Map<String, Object>) answer.getBody();
        matches(String.valueOf(body.get("RequestId")), REQUEST_ID, "the request id");
        return body;
    }

    private static Map<String, Object> call(CommonAsyncClient client, HttpMethod method, String version, String action, Map<String, ?> parameters) {
        try {
            return start(client, method, version, action, parameters).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException wrapped) {
            if (wrapped.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(wrapped.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException late) {
            throw new IllegalStateException(late);
        }
    }

    private static Map<String, Object> list(CommonAsyncClient client, String version, String cluster, Map<String, ?> more) {
        var parameters = new HashMap<String, Object>(more);
        parameters.put("ClusterId", cluster);
        return call(client, HttpMethod.GET, version, version.equals(OLDER) ? "ListUsersAsync" : "ListUsers", parameters);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> users(Map<String, Object> answer) {
        return (List<Map<String, Object>>) ((Map<String, Object>) answer.get("Users")).get("UserInfo");
    }

    private static List<Object> names(Map<String, Object> answer) {
        return users(answer).stream().map(user -> user.getOrDefault("Name", user.get("UserName"))).toList();
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private static void write(CommonAsyncClient client, String action, String cluster, List<Map<String, String>> users) {
        var parameters = new TreeMap<String, Object>(Map.of("ClusterId", cluster));
        for (int i = 0; i < users.size(); i++) {
            String prefix = "User." + (i + 1) + ".";
            users.get(i).forEach((name, value) -> parameters.put(prefix + name, value));
        }
        call(client, HttpMethod.GET, OLDER, action, parameters);
    }

    private static Map<String, String> user(String name, String group) {
        return Map.of("Name", name, "Group", group, "Password", PASSWORD_TEXT);
    }

    private static void refused(int status, String code, String message, Harness.Body body) {
        var refusal = fails(PopClientException.class, body);
        equal(List.of(refusal.getStatusCode(), refusal.getErrCode()), List.of(status, code));
        if (message != null) {
            // It puts what the body says into a sentence of its own.
            equal(refusal.getErrMessage(), "code: " + status + ", " + message + " request id: " + refusal.getRequestId());
        }
        matches(refusal.getRequestId(), REQUEST_ID, "the request id");
        equal(refusal.getData().get("HostId"), "ehpc.cn-hangzhou.aliyuncs.com");
    }

    private static void listing() {
        claim("the first user of either version is the one of its document", () ->
            own.forEach((signature, client) -> {
                var older = users(list(client, OLDER, CLUSTER, Map.of())).get(0);
                equal(older, Map.of("Name", "testuser", "AddTime", "2022-09-28T09:05:26.000Z", "Group", "wheel", "UserId", "1000", "GroupId", "10"), signature);
                var newer = users(list(client, NEWER, NEXT, Map.of())).get(0);
                equal(newer, Map.of("UserName", "testuser", "AddTime", "2014-08-22T17:46:47", "Group", "users", "UserId", "1001", "GroupId", "100"), signature);
            }));

        claim("walks in pages of any size meet every user once in the same order", () ->
            own.forEach((signature, client) -> {
                var everyone = names(list(client, OLDER, CLUSTER, Map.of("PageSize", 50)));
                unique(everyone);
                equal(everyone.size(), number(list(client, OLDER, CLUSTER, Map.of()).get("TotalCount")));
                for (int size : new int[] {1, 7, 10}) {
                    equal(walk(met -> names(list(client, OLDER, CLUSTER, Map.of("PageSize", size, "PageNumber", (met + size - 1) / size + 1)))),
                        everyone, signature, "walk by", size);
                }
            }));

        claim("many calls at once on one client each get their own page", () -> {
            var everyone = names(list(own.get("V3"), OLDER, CLUSTER, Map.of("PageSize", 50)));
            var started = IntStream.range(0, 20).mapToObj(i -> start(own.get("V3"), HttpMethod.GET, OLDER, "ListUsersAsync",
                Map.of("ClusterId", CLUSTER, "PageSize", 1, "PageNumber", i + 1))).toList();
            for (int i = 0; i < 20; i++) {
                equal(names(started.get(i).get(30, TimeUnit.SECONDS)), everyone.subList(i, i + 1));
            }
        });

        claim("a task is polled by its id", () -> {
            var task = list(own.get("V1"), OLDER, CLUSTER, Map.of()).get("AsyncId");
            var again = list(own.get("V3"), OLDER, CLUSTER, Map.of("AsyncId", task, "PageNumber", 2, "PageSize", 10));
            equal(List.of(again.get("AsyncId"), again.get("AsyncStatus"), number(again.get("PageNumber"))), List.of(task, "Success", 2));
        });
    }

    private static void refusals() {
        claim("windows out of bounds and what is no integer are refused", () ->
            own.forEach((signature, client) -> {
                for (int size : new int[] {0, 51, -1}) {
                    refused(400, "InvalidParams", "The specified parameter PageSize is invalid.", () -> list(client, OLDER, CLUSTER, Map.of("PageSize", size)));
                }
                refused(400, "InvalidPageSize", "Specified parameter PageSize is not valid.", () -> list(client, OLDER, CLUSTER, Map.of("PageSize", "ten")));
            }));

        claim("clusters are missing, unknown, not running, or of the other version", () ->
            own.forEach((signature, client) -> {
                refused(404, "ClusterNotFound", "The specified cluster does not exist.", () -> list(client, OLDER, "ehpc-hz-Nothing01", Map.of()));
                refused(403, "InvalidClusterStatus", "The operation failed due to invalid cluster status.", () -> list(client, OLDER, BROKEN, Map.of()));
                refused(404, "ClusterNotFound", null, () -> list(client, NEWER, CLUSTER, Map.of()));
                refused(400, "MissingClusterId", "ClusterId is mandatory for this action.", () -> call(client, HttpMethod.GET, OLDER, "ListUsersAsync", Map.of()));
            }));

        claim("an action that is none, and another version, are refused by the gateway", () ->
            own.forEach((signature, client) -> {
                refused(404, "InvalidAction.NotFound", null, () -> call(client, HttpMethod.GET, OLDER, "ListUserz", Map.of()));
                refused(400, "InvalidVersion", null, () -> call(client, HttpMethod.GET, "2019-01-01", "ListUsers", Map.of()));
            }));
    }

    private static void lives() {
        claim("users are added, moved, given a password and deleted, with every signature", () ->
            own.forEach((signature, client) -> {
                write(client, "AddUsers", EMPTY, List.of(user("alice.w", "users"), user("bob.zhang", "wheel")));
                refused(406, "AgentError.Account.UserAlreadyExist", "The specified user already exists in domain: alice.w.",
                    () -> write(client, "AddUsers", EMPTY, List.of(user("alice.w", "users"))));
                write(client, "ModifyUserGroups", EMPTY, List.of(Map.of("Name", "alice.w", "Group", "wheel")));
                write(client, "ModifyUserPasswords", EMPTY, List.of(Map.of("Name", "alice.w", "Password", "Bb2@bbbb")));
                equal(users(list(client, OLDER, EMPTY, Map.of())).get(0).get("GroupId"), "10");
                write(client, "DeleteUsers", EMPTY, List.of(Map.of("Name", "alice.w"), Map.of("Name", "bob.zhang")));
                equal(names(list(client, OLDER, EMPTY, Map.of())), List.of());
            }));

        claim("users of 2024-07-30 are created, shown, updated and deleted", () ->
            own.forEach((signature, client) -> {
                call(client, HttpMethod.POST, NEWER, "CreateUsers", Map.of("ClusterId", NEXT_EMPTY, "User", "[{\"UserName\":\"a\",\"Group\":\"users\",\"Password\":\"Bb2@bbbb\"}]"));
                call(client, HttpMethod.POST, NEWER, "UpdateUser", Map.of("ClusterId", NEXT_EMPTY, "UserName", "a", "Group", "wheel"));
                var shown = (Map<?, ?>) call(client, HttpMethod.GET, NEWER, "GetUser", Map.of("ClusterId", NEXT_EMPTY, "UserName", "a")).get("User");
                equal(List.of(shown.get("UserName"), shown.get("Group")), List.of("a", "wheel"));
                call(client, HttpMethod.GET, NEWER, "DeleteUsers", Map.of("ClusterId", NEXT_EMPTY, "User", "[{\"UserName\":\"a\"}]"));
                equal(names(list(client, NEWER, NEXT_EMPTY, Map.of())), List.of());
            }));
    }

    private static void underFaults() {
        claim("the policy of the client asks again for the statuses that it names, and for no other", () ->
            Map.of("ServiceUnavailable", List.of(503, 503, 200), "ThrottlingUser", List.of(400)).forEach((name, statuses) -> {
                String namespace = fresh("retry-");
                fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 2);
                var policy = RetryPolicy.builder().numRetries(3).retryCondition(StatusCodeCondition.create(503))
                    .backoffStrategy(FixedDelayBackoffStrategy.create(Duration.ofMillis(1))).build();
                try (var client = connect("V3", accessKey + "~" + namespace, secretKey, null, policy)) {
                    if (statuses.size() == 1) {
                        refused(400, "Throttling.User", null, () -> list(client, OLDER, CLUSTER, Map.of()));
                    } else {
                        equal(names(list(client, OLDER, CLUSTER, Map.of())).get(0), "testuser");
                    }
                }
                equal(calls(namespace, "ListUsersAsync"), statuses, name);
            }));

        claim("what the server broke is another class than what it refused", () -> {
            String namespace = fresh("fault-");
            fault(namespace, "aliyun-ehpc", "ListUsersAsync", "ServiceUnavailable", 1);
            try (var client = connect("V1", accessKey + "~" + namespace, secretKey, null, RetryPolicy.none())) {
                var broken = fails(PopServerException.class, () -> list(client, OLDER, CLUSTER, Map.of()));
                equal(List.of(broken.getStatusCode(), broken.getErrCode()), List.of(503, "ServiceUnavailable"));
            }
        });

        claim("a namespace in the access key keeps its own users", () ->
            own.forEach((signature, client) -> {
                try (var suite = connect(signature, accessKey + "~" + fresh("suite-"), secretKey, null, RetryPolicy.none())) {
                    write(suite, "DeleteUsers", CLUSTER, List.of(Map.of("Name", "testuser")));
                    equal(names(list(suite, OLDER, CLUSTER, Map.of())).get(0), "alice.wang");
                }
                equal(names(list(client, OLDER, CLUSTER, Map.of())).get(0), "testuser");
            }));

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            for (String signature : own.keySet()) {
                try (var client = connect(signature, key.accessKey(), key.secretKey(), key.token(), RetryPolicy.none())) {
                    equal(names(list(client, OLDER, CLUSTER, Map.of())).get(0), "testuser");
                }
                if (isStrict("aliyun-ehpc")) {
                    try (var client = connect(signature, key.accessKey(), key.secretKey(), "another", RetryPolicy.none())) {
                        refused(400, "InvalidSecurityToken.Malformed", null, () -> list(client, OLDER, CLUSTER, Map.of()));
                    }
                }
            }
        });

        claim("a wrong secret and an unknown key are refused where they are looked at", () -> {
            for (String signature : own.keySet()) {
                try (var wrong = connect(signature, accessKey, "wrong", null, RetryPolicy.none());
                    var nobody = connect(signature, "nobody", secretKey, null, RetryPolicy.none())) {
                    if (isStrict("aliyun-ehpc")) {
                        refused(400, "SignatureDoesNotMatch", null, () -> list(wrong, OLDER, CLUSTER, Map.of()));
                        refused(404, "InvalidAccessKeyId.NotFound", null, () -> list(nobody, OLDER, CLUSTER, Map.of()));
                    } else {
                        list(wrong, OLDER, CLUSTER, Map.of());
                    }
                }
            }
        });
    }
}
