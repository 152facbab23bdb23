// sdk: com.aliyun:aliyun-java-sdk-core aliyun-ehpc

import static harness.Harness.*;

import com.aliyuncs.CommonRequest;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.IAcsClient;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.auth.signers.SignatureAlgorithm;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.exceptions.ErrorType;
import com.aliyuncs.exceptions.ServerException;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.policy.retry.RetryPolicy;
import com.aliyuncs.policy.retry.RetryPolicyContext;
import com.aliyuncs.policy.retry.backoff.BackoffStrategy;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import harness.Harness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * E-HPC through the first generation of Alibaba's Java SDKs: the common requests of aliyun-java-sdk-core. The registry does not serve
 * aliyun-java-sdk-ehpc, which is generated for it (see ../../../README.md).
 *
 * <p>Every case that lists or writes runs with signatures of version 1, in the query, and of version 3, in headers.
 */
final class AliyunCommon {
    private static final String OLDER = "2018-04-12";
    private static final String NEWER = "2024-07-30";
    private static final String PASSWORD_TEXT = "Aa1!*~/+&=aaa"; // needs escaping in a query, and once more in a string to sign
    private static final String CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx");
    private static final String BROKEN = setting("broken_cluster", "ehpc-hz-9T3xxStop1"); // not running
    // running, and without users; the cases that write leave it so
    private static final String EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a");
    private static final String NEXT = setting("next_cluster", "ehpc-hz-Next240730"); // one that only 2024-07-30 sees
    private static final String NEXT_EMPTY = setting("next_empty_cluster", "ehpc-hz-NextEmpty1");
    private static final List<String> SIGNATURES = List.of("V1", "V3", "V3 SM3");

    private AliyunCommon() {}

    static void cases() {
        listing();
        refusals();
        lives();
        underFaults();
    }

    private static IAcsClient connect(String signature, String accessKey, String secretKey, String token) {
        var key = token == null ? new BasicCredentials(accessKey, secretKey) : new BasicSessionCredentials(accessKey, secretKey, token);
        var client = new DefaultAcsClient(DefaultProfile.getProfile("cn-hangzhou"), key);
        if (signature.startsWith("V3")) {
            client.setSignatureVersion(SignatureVersion.V3);
            client.setSignatureAlgorithm(signature.endsWith("SM3") ? SignatureAlgorithm.ACS3_HMAC_SM3 : SignatureAlgorithm.ACS3_HMAC_SHA256);
        }
        client.setAutoRetry(false);
        return client;
    }

    private static IAcsClient with(String signature) {
        return connect(signature, accessKey, secretKey, null);
    }

    private static CommonRequest request(MethodType method, String version, String action, Map<String, ?> parameters) {
        var request = new CommonRequest();
        request.setSysMethod(method);
        request.setSysProtocol(scheme.equals("https") ? ProtocolType.HTTPS : ProtocolType.HTTP);
        request.setSysDomain(address);
        request.setSysVersion(version);
        request.setSysAction(action);
        parameters.forEach((name, value) -> request.putQueryParameter(name, String.valueOf(value)));
        return request;
    }

    private static JsonObject call(IAcsClient client, CommonRequest request) throws ClientException {
        var answer = client.getCommonResponse(request);
        equal(answer.getHttpStatus(), 200);
        var body = JsonParser.parseString(answer.getData()).getAsJsonObject();
        matches(body.get("RequestId").getAsString(), REQUEST_ID, "the request id");
        return body;
    }

    private static JsonObject list(IAcsClient client, String cluster, Map<String, ?> more) throws ClientException {
        var parameters = new HashMap<String, Object>(more);
        parameters.put("ClusterId", cluster);
        return call(client, request(MethodType.GET, OLDER, "ListUsersAsync", parameters));
    }

    private static List<JsonObject> users(JsonObject answer) {
        JsonArray users = answer.getAsJsonObject("Users").getAsJsonArray("UserInfo");
        return StreamSupport.stream(users.spliterator(), false).map(one -> one.getAsJsonObject()).toList();
    }

    private static List<String> names(JsonObject answer) {
        return users(answer).stream().map(user -> user.get("Name").getAsString()).toList();
    }

    /** The parameters of these users, as the generated requests flatten them. */
    private static Map<String, Object> flattened(String cluster, List<Map<String, String>> users) {
        var parameters = new TreeMap<String, Object>(Map.of("ClusterId", cluster));
        for (int i = 0; i < users.size(); i++) {
            String prefix = "User." + (i + 1) + ".";
            users.get(i).forEach((name, value) -> parameters.put(prefix + name, value));
        }
        return parameters;
    }

    private static Map<String, String> user(String name, String group) {
        return Map.of("Name", name, "Group", group, "Password", PASSWORD_TEXT);
    }

    private static void write(IAcsClient client, String action, String cluster, List<Map<String, String>> users) throws ClientException {
        call(client, request(MethodType.GET, OLDER, action, flattened(cluster, users)));
    }

    private static final String REQUEST_ID = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}";

    private static ClientException refused(String code, String message, Harness.Body body) {
        var refusal = fails(ClientException.class, body);
        equal(refusal.getErrCode(), code);
        if (message != null) {
            equal(refusal.getErrMsg(), message);
        }
        matches(refusal.getRequestId(), REQUEST_ID, "the request id");
        return refusal;
    }

    private static void listing() {
        claim("the first user is the one of the document", () -> {
            for (String signature : SIGNATURES) {
                var answer = list(with(signature), CLUSTER, Map.of());
                equal(List.of(answer.get("PageNumber").getAsInt(), answer.get("PageSize").getAsInt(), users(answer).size()), List.of(1, 10, 10));
                equal(users(answer).get(0), JsonParser.parseString("""
                    {"Name": "testuser", "Group": "wheel", "UserId": "1000", "GroupId": "10", "AddTime": "2022-09-28T09:05:26.000Z"}"""));
            }
        });

        claim("walks in pages of any size meet every user once in the same order", () -> {
            for (String signature : SIGNATURES) {
                var client = with(signature);
                var everyone = names(list(client, CLUSTER, Map.of("PageNumber", 1, "PageSize", 50)));
                unique(everyone);
                equal(everyone.size(), list(client, CLUSTER, Map.of()).get("TotalCount").getAsInt());
                for (int size : new int[] {1, 7, 10}) {
                    equal(walk(met -> must(() -> names(list(client, CLUSTER, Map.of("PageSize", size, "PageNumber", (met + size - 1) / size + 1))))),
                        everyone, signature, "walk by", size);
                }
            }
        });

        claim("a task is polled by its id, and another cluster's is none", () -> {
            String task = list(with("V1"), CLUSTER, Map.of()).get("AsyncId").getAsString();
            matches(task, "t-hz[0-9a-z]{13}", "the task");
            var again = list(with("V3"), CLUSTER, Map.of("AsyncId", task, "PageNumber", 2, "PageSize", 10));
            equal(List.of(again.get("AsyncId").getAsString(), again.get("AsyncStatus").getAsString(), again.get("PageNumber").getAsInt()), List.of(task, "Success", 2));
            refused("InvalidParams", "The specified parameter AsyncId is invalid.", () -> list(with("V1"), EMPTY, Map.of("AsyncId", task)));
        });

        claim("clusters are listed and described", () -> {
            var found = new HashMap<String, String>();
            call(with("V1"), request(MethodType.GET, OLDER, "ListClusters", Map.of("PageNumber", 1, "PageSize", 50))).getAsJsonObject("Clusters")
                .getAsJsonArray("ClusterInfoSimple").forEach(one -> found.put(one.getAsJsonObject().get("Id").getAsString(), one.getAsJsonObject().get("Status").getAsString()));
            equal(List.of(found.get(CLUSTER), found.get(BROKEN), found.get(EMPTY)), List.of("running", "exception", "running"));
            var info = call(with("V3"), request(MethodType.GET, OLDER, "DescribeCluster", Map.of("ClusterId", BROKEN))).getAsJsonObject("ClusterInfo");
            equal(List.of(info.get("Id").getAsString(), info.get("Status").getAsString()), List.of(BROKEN, "exception"));
        });

        claim("parameters come in the query or in a form, of either version", () -> {
            for (String signature : SIGNATURES) {
                for (String version : List.of(OLDER, NEWER)) {
                    String id = version.equals(OLDER) ? CLUSTER : NEXT;
                    var inQuery = call(with(signature), request(MethodType.GET, version, "ListUsers", Map.of("ClusterId", id, "PageSize", 3)));
                    var form = request(MethodType.POST, version, "ListUsers", Map.of("PageSize", 3));
                    form.putBodyParameter("ClusterId", id);
                    var inForm = call(with(signature), form);
                    equal(inQuery.get("Users"), inForm.get("Users"));
                    equal(users(inForm).get(0).get(version.equals(OLDER) ? "Name" : "UserName").getAsString(), "testuser");
                }
            }
        });
    }

    private static void refusals() {
        claim("windows out of bounds and what is no integer are refused", () -> {
            for (String signature : SIGNATURES) {
                for (int size : new int[] {0, 51, -1}) {
                    refused("InvalidParams", "The specified parameter PageSize is invalid.", () -> list(with(signature), CLUSTER, Map.of("PageSize", size)));
                }
                refused("InvalidParams", "The specified parameter PageNumber is invalid.", () -> list(with(signature), CLUSTER, Map.of("PageNumber", 0)));
                refused("InvalidPageSize", "Specified parameter PageSize is not valid.", () -> list(with(signature), CLUSTER, Map.of("PageSize", "ten")));
            }
        });

        claim("clusters are missing, unknown or not running", () -> {
            for (String signature : SIGNATURES) {
                refused("MissingClusterId", "ClusterId is mandatory for this action.", () -> call(with(signature), request(MethodType.GET, OLDER, "ListUsersAsync", Map.of())));
                refused("ClusterNotFound", "The specified cluster does not exist.", () -> list(with(signature), "ehpc-hz-Nothing01", Map.of()));
                var refusal = refused("InvalidClusterStatus", "The operation failed due to invalid cluster status.", () -> list(with(signature), BROKEN, Map.of()));
                equal(refusal.getErrorType(), ErrorType.Client);
            }
        });

        claim("a common request meets the errors of the gateway", () -> {
            refused("InvalidAction.NotFound", null, () -> call(with("V1"), request(MethodType.POST, OLDER, "ListUserz", Map.of())));
            refused("InvalidVersion", null, () -> call(with("V3"), request(MethodType.POST, "2019-01-01", "ListUsers", Map.of())));
        });
    }

    private static void lives() {
        claim("users are added, moved, given a password and deleted, with either signature", () -> {
            for (String signature : SIGNATURES) {
                var client = with(signature);
                write(client, "AddUsers", EMPTY, List.of(user("alice.w", "users"), user("bob.zhang", "wheel")));
                equal(names(list(client, EMPTY, Map.of())), List.of("alice.w", "bob.zhang"));
                refused("AgentError.Account.UserAlreadyExist", "The specified user already exists in domain: alice.w.",
                    () -> write(client, "AddUsers", EMPTY, List.of(user("alice.w", "users"))));
                write(client, "ModifyUserGroups", EMPTY, List.of(Map.of("Name", "alice.w", "Group", "wheel")));
                equal(users(list(client, EMPTY, Map.of())).get(0).get("GroupId").getAsString(), "10");
                write(client, "ModifyUserPasswords", EMPTY, List.of(Map.of("Name", "alice.w", "Password", "Bb2@bbbb")));
                refused("InvalidParams", "The specified parameter User.1.Password is invalid.",
                    () -> write(client, "ModifyUserPasswords", EMPTY, List.of(Map.of("Name", "alice.w", "Password", "weak"))));
                write(client, "DeleteUsers", EMPTY, List.of(Map.of("Name", "alice.w"), Map.of("Name", "bob.zhang")));
                equal(list(client, EMPTY, Map.of()).get("TotalCount").getAsInt(), 0);
            }
        });

        claim("users of 2024-07-30 are created, shown, updated and deleted", () -> {
            var client = with("V3");
            var create = request(MethodType.POST, NEWER, "CreateUsers", Map.of("ClusterId", NEXT_EMPTY, "User", """
                [{"UserName": "a", "Group": "users", "Password": "Bb2@bbbb"}]"""));
            call(client, create);
            call(client, request(MethodType.POST, NEWER, "UpdateUser", Map.of("ClusterId", NEXT_EMPTY, "UserName", "a", "Group", "wheel")));
            var shown = call(client, request(MethodType.GET, NEWER, "GetUser", Map.of("ClusterId", NEXT_EMPTY, "UserName", "a"))).getAsJsonObject("User");
            equal(List.of(shown.get("UserName").getAsString(), shown.get("Group").getAsString()), List.of("a", "wheel"));
            call(client, request(MethodType.GET, NEWER, "DeleteUsers", Map.of("ClusterId", NEXT_EMPTY, "User", "[{\"UserName\": \"a\"}]")));
        });

        claim("the first field against the rules is named, and missing users too", () -> {
            var client = with("V1");
            refused("InvalidParams", "The specified parameter User.2.Name is invalid.",
                () -> write(client, "AddUsers", EMPTY, List.of(user("alice.w", "users"), user("short", "users"))));
            refused("InvalidParams", "The specified parameter User.1.Group is invalid.", () -> write(client, "AddUsers", EMPTY, List.of(user("good.name", "root"))));
            refused("MissingUser", "User is mandatory for this action.", () -> write(client, "AddUsers", EMPTY, List.of()));
            refused("AgentError.Account.UserNotExist", null,
                () -> write(client, "DeleteUsers", CLUSTER, List.of(Map.of("Name", "testuser"), Map.of("Name", "nobody"))));
            equal(names(list(client, CLUSTER, Map.of())).get(0), "testuser");
        });

        claim("users are synchronized with the region that the SDK adds by itself", () -> {
            write(with("V1"), "SyncUsers", CLUSTER, List.of());
            refused("InvalidClusterStatus", null, () -> write(with("V1"), "SyncUsers", BROKEN, List.of()));
        });
    }

    private static void underFaults() {
        claim("a retry policy asks again after what the server broke, and not after what it refused", () ->
            Map.of("ServiceUnavailable", List.of(503, 503, 200), "InternalError", List.of(500, 500, 200), "AccessKeyInactive", List.of(400)).forEach((name, statuses) -> {
                String namespace = fresh("retry-");
                fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 2);
                var client = connect("V1", accessKey + "~" + namespace, secretKey, null);
                client.setSysRetryPolicy(RetryPolicy.defaultRetryPolicy(false).toBuilder().backoffStrategy(new BackoffStrategy() {
                    @Override
                    public int computeDelayBeforeNextRetry(RetryPolicyContext context) {
                        return 0;
                    }
                }).build());
                if (statuses.size() == 1) {
                    refused("InvalidAccessKeyId.Inactive", null, () -> list(client, CLUSTER, Map.of()));
                } else {
                    equal(names(must(() -> list(client, CLUSTER, Map.of()))).get(0), "testuser");
                }
                equal(calls(namespace, "ListUsersAsync"), statuses, name);
            }));

        claim("without a retry what the server broke is the SDK's class for it", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "aliyun-ehpc", "ListUsersAsync", "ServiceUnavailable", 20);
            var broken = fails(ServerException.class, () -> list(connect("V3", accessKey + "~" + namespace, secretKey, null), CLUSTER, Map.of()));
            equal(broken.getErrCode(), "ServiceUnavailable");
            equal(calls(namespace, "ListUsersAsync"), List.of(503));
        });

        claim("a namespace in the access key keeps its own users", () -> {
            for (String signature : SIGNATURES) {
                var suite = connect(signature, accessKey + "~" + fresh("suite-"), secretKey, null);
                write(suite, "DeleteUsers", CLUSTER, List.of(Map.of("Name", "testuser")));
                equal(names(list(suite, CLUSTER, Map.of())).get(0), "alice.wang");
                equal(names(list(with(signature), CLUSTER, Map.of())).get(0), "testuser");
            }
        });

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            for (String signature : SIGNATURES) {
                equal(names(list(connect(signature, key.accessKey(), key.secretKey(), key.token()), CLUSTER, Map.of())).get(0), "testuser");
                if (isStrict("aliyun-ehpc")) {
                    for (String wrong : new String[] {"another", null}) {
                        refused("InvalidSecurityToken.Malformed", null, () -> list(connect(signature, key.accessKey(), key.secretKey(), wrong), CLUSTER, Map.of()));
                    }
                }
            }
        });

        claim("the SDK knows that the secret is at fault, and an unknown key is not found", () -> {
            if (!isStrict("aliyun-ehpc")) {
                list(connect("V1", accessKey, "wrong", null), CLUSTER, Map.of());
                return;
            }
            for (String signature : SIGNATURES) {
                refused("SignatureDoesNotMatch", null, () -> list(connect(signature, accessKey, "wrong", null), CLUSTER, Map.of()));
                refused("InvalidAccessKeyId.NotFound", null, () -> list(connect(signature, "nobody", secretKey, null), CLUSTER, Map.of()));
            }
            // As the generated requests are sent: it holds the string to sign in the message against its own, and where they are
            // equal it blames the secret.
            var client = connect("V1", accessKey, "wrong", null);
            var parameters = Map.of("ClusterId", CLUSTER);
            var blamed = fails(ClientException.class, () -> client.getAcsResponse(request(MethodType.GET, OLDER, "ListUsersAsync", parameters).buildRequest()));
            equal(List.of(blamed.getErrCode(), blamed.getErrMsg()), List.of("SDK.InvalidAccessKeySecret", "Specified Access Key Secret is not valid."));
        });
    }
}
