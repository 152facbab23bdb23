// sdk: com.aliyun:tea-openapi aliyun-ehpc

import static harness.Harness.*;

import com.aliyun.openapiutil.Client;
import com.aliyun.tea.NameInMap;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyun.tea.TeaUnretryableException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import harness.Harness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * E-HPC 2018-04-12 and 2024-07-30 through the generic calls of the official Java SDK's core: tea-openapi.
 *
 * <p>The registry does not serve the generated artifacts above it, ehpc20180412 and ehpc20240730 (see ../../../README.md). What is here of
 * them is what they do for each action: the parameters as they flatten them, and the types of what they hold. Every case that lists or
 * writes runs in every mode: signed with ACS3-HMAC-SHA256 in headers, in the SDK's v2 mode, in the query, and with ACS3-HMAC-SM3.
 */
final class AliyunOpenapi {
    private static final String OLDER = "2018-04-12";
    private static final String NEWER = "2024-07-30";
    private static final String PASSWORD_TEXT = "Aa1!*~/+&=aaa"; // needs escaping in a query, and once more in a string to sign
    private static final String CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx");
    private static final String BROKEN = setting("broken_cluster", "ehpc-hz-9T3xxStop1"); // not running
    // running, and without users; the cases that write leave it so
    private static final String EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a");
    private static final String HYBRID = setting("hybrid_cluster", "ehpc-sz-Hybrid0001");
    private static final String NEXT = setting("next_cluster", "ehpc-hz-Next240730"); // only 2024-07-30 sees these
    private static final String NEXT_EMPTY = setting("next_empty_cluster", "ehpc-hz-NextEmpty1");
    private static final String NEXT_STOPPED = setting("next_stopped_cluster", "ehpc-sh-Stopped01");
    private static final List<String> MODES = List.of("ACS3-HMAC-SHA256", "v2", "ACS3-HMAC-SM3");

    private AliyunOpenapi() {}

    /** The body of ListUsersAsync and of ListUsers of both versions, with the generated types. */
    public static final class Users extends TeaModel {
        @NameInMap("AsyncId") public String asyncId;
        @NameInMap("AsyncStatus") public String asyncStatus;
        @NameInMap("PageNumber") public Integer pageNumber;
        @NameInMap("PageSize") public Integer pageSize;
        @NameInMap("RequestId") public String requestId;
        @NameInMap("TotalCount") public Integer totalCount;
        @NameInMap("Users") public UserList users;

        List<String> names() {
            return users.userInfo.stream().map(user -> user.name != null ? user.name : user.userName).toList();
        }
    }

    public static final class UserList extends TeaModel {
        @NameInMap("UserInfo") public List<UserInfo> userInfo;
    }

    public static final class UserInfo extends TeaModel {
        @NameInMap("Name") public String name; // until 2024-07-30
        @NameInMap("UserName") public String userName; // since
        @NameInMap("AddTime") public String addTime;
        @NameInMap("Group") public String group;
        @NameInMap("GroupId") public String groupId;
        @NameInMap("UserId") public String userId;

        List<String> shown() {
            return List.of(name != null ? name : userName, addTime, String.valueOf(group), String.valueOf(userId), String.valueOf(groupId));
        }
    }

    static void cases() {
        listing();
        refusals();
        lives();
        underFaults();
    }

    private static com.aliyun.teaopenapi.Client connect(String mode, String accessKey, String secretKey, String token) {
        var config = new Config().setAccessKeyId(accessKey).setAccessKeySecret(secretKey).setEndpoint(address).setProtocol(scheme).setRegionId("cn-hangzhou")
            .setSignatureAlgorithm(mode);
        if (token != null) {
            config.setSecurityToken(token).setType("sts");
        }
        return must(() -> new com.aliyun.teaopenapi.Client(config));
    }

    private static com.aliyun.teaopenapi.Client in(String mode) {
        return connect(mode, accessKey, secretKey, null);
    }

    /** Does what a generated client does for an action of the RPC style. */
    private static Map<String, ?> call(com.aliyun.teaopenapi.Client client, String method, String version, String action, Map<String, ?> request, RuntimeOptions options) {
        var parameters = new Params().setAction(action).setVersion(version).setProtocol("HTTPS").setPathname("/").setMethod(method).setAuthType("AK")
            .setStyle("RPC").setReqBodyType("formData").setBodyType("json");
        return must(() -> client.callApi(parameters, new OpenApiRequest().setQuery(Client.query(request)), options));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> body(Map<String, ?> answer) {
        return (Map<String, Object>) answer.get("body");
    }

    private static Map<String, Object> ask(String method, String version, String action, Map<String, ?> request) {
        return body(call(in(MODES.get(0)), method, version, action, request, new RuntimeOptions()));
    }

    private static Users list(com.aliyun.teaopenapi.Client client, String version, String cluster, Map<String, ?> more) {
        var request = new HashMap<String, Object>(more);
        request.put("ClusterId", cluster);
        var answer = call(client, "GET", version, version.equals(OLDER) ? "ListUsersAsync" : "ListUsers", request, new RuntimeOptions());
        return must(() -> TeaModel.toModel(body(answer), new Users()));
    }

    /** An action that only answers with a request id. The older version flattens lists, the newer one sends them as JSON. */
    private static void write(com.aliyun.teaopenapi.Client client, String version, String action, String cluster, List<Map<String, String>> users, Map<String, ?> more) {
        var request = new HashMap<String, Object>(more);
        request.put("ClusterId", cluster);
        if (users != null) {
            request.put("User", version.equals(OLDER) ? users : must(() -> Client.arrayToStringWithSpecifiedStyle(users, "User", "json")));
        }
        var method = List.of("CreateUsers", "UpdateUser").contains(action) ? "POST" : "GET";
        var answer = call(client, method, version, action, request, new RuntimeOptions());
        equal(answer.get("statusCode"), 200);
        matches((String) body(answer).get("RequestId"), REQUEST_ID, "the request id");
        if (action.equals("UpdateUser")) {
            equal(body(answer).get("Success"), "true");
        }
    }

    private static final String REQUEST_ID = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}";

    private static Map<String, String> user(String name, String group) {
        return Map.of("Name", name, "Group", group, "Password", PASSWORD_TEXT);
    }

    /** Wants the SDK's class with this status and code, and what the body said, which it keeps. */
    private static void refused(int status, String code, String message, Harness.Body body) {
        var refusal = fails(TeaException.class, body);
        equal(List.of(refusal.getStatusCode(), refusal.getCode()), List.of(status, code));
        equal(refusal.getData().get("HostId"), "ehpc.cn-hangzhou.aliyuncs.com");
        matches((String) refusal.getData().get("RequestId"), REQUEST_ID, "the request id");
        if (message != null) {
            equal(refusal.getMessage(), "code: " + status + ", " + message + " request id: " + refusal.getData().get("RequestId"));
        }
    }

    private static void listing() {
        claim("the first user of either version is the one of its document", () -> {
            for (String mode : MODES) {
                var older = list(in(mode), OLDER, CLUSTER, Map.of());
                equal(older.users.userInfo.get(0).shown(), List.of("testuser", "2022-09-28T09:05:26.000Z", "wheel", "1000", "10"));
                equal(List.of(older.pageNumber, older.pageSize, older.asyncStatus), List.of(1, 10, "Success"));
                var newer = list(in(mode), NEWER, NEXT, Map.of());
                equal(newer.users.userInfo.get(0).shown(), List.of("testuser", "2014-08-22T17:46:47", "users", "1001", "100"));
            }
        });

        claim("walks in pages of any size meet every user once in the same order", () ->
            Map.of(OLDER, CLUSTER, NEWER, NEXT).forEach((version, cluster) -> {
                for (String mode : MODES) {
                    var client = in(mode);
                    var everyone = list(client, version, cluster, Map.of("PageSize", 50)).names();
                    unique(everyone);
                    equal(everyone.size(), list(client, version, cluster, Map.of()).totalCount);
                    for (int size : new int[] {1, 7, 10}) {
                        equal(walk(met -> list(client, version, cluster, Map.of("PageSize", size, "PageNumber", (met + size - 1) / size + 1)).names()),
                            everyone, version, mode, "walk by", size);
                    }
                }
            }));

        claim("past the end is an empty list with the true total", () -> {
            var beyond = list(in("v2"), OLDER, CLUSTER, Map.of("PageNumber", 1000));
            equal(List.of(beyond.names(), beyond.pageNumber, beyond.totalCount), List.of(List.of(), 1000, list(in("v2"), OLDER, CLUSTER, Map.of()).totalCount));
        });

        claim("a task shows the same list while users change", () -> {
            var client = in(MODES.get(0));
            Consumer<String> add = name -> write(client, OLDER, "AddUsers", EMPTY, List.of(user(name, "users")), Map.of());
            add.accept("first.user");
            try {
                String task = list(client, OLDER, EMPTY, Map.of()).asyncId;
                add.accept("second.user");
                equal(list(client, OLDER, EMPTY, Map.of("AsyncId", task)).names(), List.of("first.user"));
                equal(list(client, OLDER, EMPTY, Map.of()).names(), List.of("first.user", "second.user"));
                refused(400, "InvalidParams", "The specified parameter AsyncId is invalid.", () -> list(client, OLDER, CLUSTER, Map.of("AsyncId", task)));
            } finally {
                write(client, OLDER, "DeleteUsers", EMPTY, List.of(Map.of("Name", "first.user"), Map.of("Name", "second.user")), Map.of());
            }
        });

        claim("the older ListUsers has no ids and times without a zone", () -> {
            var answer = TeaModel.toModel(ask("GET", OLDER, "ListUsers", Map.of("ClusterId", CLUSTER, "PageSize", 1)), new Users());
            equal(answer.users.userInfo.stream().map(UserInfo::shown).toList(), List.of(List.of("testuser", "2022-09-28T09:05:26", "wheel", "null", "null")));
        });

        claim("clusters of the older version are listed and described", () -> {
            var answer = ask("GET", OLDER, "ListClusters", Map.of("PageNumber", 1, "PageSize", 50));
            var clusters = (List<?>) ((Map<?, ?>) answer.get("Clusters")).get("ClusterInfoSimple");
            equal((long) clusters.size(), answer.get("TotalCount")); // what has no type of its own is a long
            var found = new HashMap<Object, Object>();
            clusters.forEach(one -> found.put(((Map<?, ?>) one).get("Id"), ((Map<?, ?>) one).get("Status")));
            equal(List.of(found.get(CLUSTER), found.get(BROKEN)), List.of("running", "exception"));
            var one = (Map<?, ?>) ask("GET", OLDER, "DescribeCluster", Map.of("ClusterId", BROKEN)).get("ClusterInfo");
            equal(List.of(one.get("Id"), one.get("Status")), List.of(BROKEN, "exception"));
        });

        claim("clusters of the newer version are listed by ids and names, and shown", () -> {
            var ids = Client.arrayToStringWithSpecifiedStyle(List.of(NEXT, NEXT_STOPPED, "x"), "ClusterIds", "json");
            var answer = ask("POST", NEWER, "ListClusters", Map.of("ClusterIds", ids, "PageNumber", 1, "PageSize", 100));
            equal(List.of(answer.get("PageNumber"), answer.get("PageSize"), answer.get("TotalCount")), List.of("1", 100L, 2L));
            var name = ((Map<?, ?>) ((List<?>) answer.get("Clusters")).get(0)).get("ClusterName");
            var names = Client.arrayToStringWithSpecifiedStyle(List.of(name), "ClusterNames", "json");
            equal(((List<?>) ask("POST", NEWER, "ListClusters", Map.of("ClusterNames", names)).get("Clusters")).size(), 1);
            var one = ask("POST", NEWER, "GetCluster", Map.of("ClusterId", NEXT_STOPPED));
            equal(List.of(one.get("ClusterId"), one.get("ClusterStatus"), one.get("MaxCount")), List.of(NEXT_STOPPED, "stopped", "100"));
            refused(400, "InvalidParams", "The specified parameter PageSize is invalid.", () -> ask("POST", NEWER, "ListClusters", Map.of("PageSize", 9)));
        });
    }

    private static void refusals() {
        claim("windows out of bounds and what is no integer are refused", () -> {
            for (String mode : MODES) {
                for (int size : new int[] {0, 51, -1}) {
                    refused(400, "InvalidParams", "The specified parameter PageSize is invalid.", () -> list(in(mode), OLDER, CLUSTER, Map.of("PageSize", size)));
                }
                refused(400, "InvalidParams", "The specified parameter PageNumber is invalid.", () -> list(in(mode), NEWER, NEXT, Map.of("PageNumber", 0)));
                refused(400, "InvalidPageSize", "Specified parameter PageSize is not valid.", () -> list(in(mode), OLDER, CLUSTER, Map.of("PageSize", "ten")));
            }
        });

        claim("clusters are missing, unknown, not running, or of the other version", () -> {
            for (String mode : MODES) {
                refused(404, "ClusterNotFound", "The specified cluster does not exist.", () -> list(in(mode), OLDER, "ehpc-hz-Nothing01", Map.of()));
                refused(403, "InvalidClusterStatus", "The operation failed due to invalid cluster status.", () -> list(in(mode), OLDER, BROKEN, Map.of()));
                refused(403, "InvalidClusterStatus", null, () -> list(in(mode), NEWER, NEXT_STOPPED, Map.of()));
                refused(404, "ClusterNotFound", null, () -> list(in(mode), NEWER, CLUSTER, Map.of()));
                refused(400, "MissingClusterId", "ClusterId is mandatory for this action.",
                    () -> call(in(mode), "GET", OLDER, "ListUsersAsync", Map.of(), new RuntimeOptions()));
            }
        });

        claim("an action that is none, and another version, are refused by the gateway", () -> {
            for (String mode : MODES) {
                refused(404, "InvalidAction.NotFound", null, () -> call(in(mode), "GET", OLDER, "ListUserz", Map.of(), new RuntimeOptions()));
                refused(400, "InvalidVersion", null, () -> call(in(mode), "GET", "2019-01-01", "ListUsers", Map.of(), new RuntimeOptions()));
            }
        });
    }

    private static void lives() {
        claim("users of the older version are added, moved, given a password and deleted, in every mode", () -> {
            for (String mode : MODES) {
                var client = in(mode);
                write(client, OLDER, "AddUsers", EMPTY, List.of(user("alice.w", "users"), user("bob.zhang", "wheel")), Map.of("Async", true));
                write(client, OLDER, "ModifyUserGroups", EMPTY, List.of(Map.of("Name", "alice.w", "Group", "wheel")), Map.of("Async", false));
                write(client, OLDER, "ModifyUserPasswords", EMPTY, List.of(Map.of("Name", "alice.w", "Password", "Bb2@bbbb")), Map.of());
                var found = list(client, OLDER, EMPTY, Map.of()).users.userInfo;
                equal(List.of(found.get(0).group, found.get(0).groupId, found.get(1).name), List.of("wheel", "10", "bob.zhang"));
                write(client, OLDER, "DeleteUsers", EMPTY, List.of(Map.of("Name", "alice.w"), Map.of("Name", "bob.zhang")), Map.of());
                equal(list(client, OLDER, EMPTY, Map.of()).totalCount, 0);
            }
        });

        claim("users of the newer version are created, shown, updated and deleted, in every mode", () -> {
            for (String mode : MODES) {
                var client = in(mode);
                write(client, NEWER, "CreateUsers", NEXT_EMPTY, List.of(
                    Map.of("UserName", "a", "Group", "users", "Password", PASSWORD_TEXT),
                    Map.of("UserName", "key.user", "Group", "wheel", "AuthKey", "ssh-ed25519 AAAA")
                ), Map.of());
                write(client, NEWER, "UpdateUser", NEXT_EMPTY, null, Map.of("UserName", "a", "Group", "wheel", "Password", "Bb2@bbbb"));
                var answer = call(client, "GET", NEWER, "GetUser", Map.of("ClusterId", NEXT_EMPTY, "UserName", "a"), new RuntimeOptions());
                var shown = (Map<?, ?>) body(answer).get("User");
                equal(List.of(shown.get("UserName"), shown.get("Group"), shown.get("GroupId")), List.of("a", "wheel", "10"));
                equal(list(client, NEWER, NEXT_EMPTY, Map.of()).names(), List.of("a", "key.user"));
                write(client, NEWER, "DeleteUsers", NEXT_EMPTY, List.of(Map.of("UserName", "a"), Map.of("UserName", "key.user")), Map.of());
                equal(list(client, NEWER, NEXT_EMPTY, Map.of()).totalCount, 0);
            }
        });

        claim("wrong writes are refused whole, with the first field against the rules", () -> {
            var client = in(MODES.get(0));
            refused(406, "AgentError.Account.UserAlreadyExist", "The specified user already exists in domain: testuser.",
                () -> write(client, OLDER, "AddUsers", CLUSTER, List.of(user("newcomer", "users"), user("testuser", "users")), Map.of()));
            refused(406, "AgentError.Account.UserNotExist", null,
                () -> write(client, OLDER, "DeleteUsers", CLUSTER, List.of(Map.of("Name", "testuser"), Map.of("Name", "nobody")), Map.of()));
            refused(400, "InvalidParams", "The specified parameter User.2.Name is invalid.",
                () -> write(client, OLDER, "AddUsers", EMPTY, List.of(user("alice.w", "users"), user("short", "users")), Map.of()));
            refused(400, "MissingUser", "User is mandatory for this action.", () -> write(client, OLDER, "AddUsers", EMPTY, null, Map.of()));
            refused(400, "InvalidParams", "The specified parameter User.1.UserName is invalid.",
                () -> write(client, NEWER, "CreateUsers", NEXT_EMPTY, List.of(Map.of("UserName", "1a", "Group", "users", "Password", PASSWORD_TEXT)), Map.of()));
            refused(406, "AgentError.Account.UserNotExist", null,
                () -> write(client, NEWER, "UpdateUser", NEXT, null, Map.of("UserName", "nobody", "Group", "users")));
            var everyone = list(client, OLDER, CLUSTER, Map.of("PageSize", 50));
            equal(List.of(everyone.names().get(0), everyone.totalCount), List.of("testuser", everyone.names().size()));
        });

        claim("users of a hybrid cluster are synchronized", () -> {
            write(in("v2"), OLDER, "SyncUsers", HYBRID, null, Map.of("RegionId", "cn-shenzhen"));
            refused(400, "MissingRegionId", null, () -> write(in(MODES.get(0)), OLDER, "SyncUsers", HYBRID, null, Map.of()));
        });
    }

    private static void underFaults() {
        claim("with autoretry the core asks again where a connection broke, and not after an answer", () -> {
            var retries = new RuntimeOptions().setAutoretry(true).setMaxAttempts(3).setBackoffPolicy("no");
            for (String mode : MODES) {
                String broken = fresh("retry-"), busy = fresh("retry-");
                disturb(broken, "aliyun-ehpc", "ListUsersAsync", "\"reset\"", 2);
                var answer = call(connect(mode, accessKey + "~" + broken, secretKey, null), "GET", OLDER, "ListUsersAsync", Map.of("ClusterId", CLUSTER), retries);
                equal(answer.get("statusCode"), 200, mode);
                fault(busy, "aliyun-ehpc", "ListUsersAsync", "ServiceUnavailable", 1);
                refused(503, "ServiceUnavailable", null,
                    () -> call(connect(mode, accessKey + "~" + busy, secretKey, null), "GET", OLDER, "ListUsersAsync", Map.of("ClusterId", CLUSTER), retries));
                equal(calls(busy, "ListUsersAsync"), List.of(503), mode);
            }
        });

        claim("without options a broken connection is told at once", () -> {
            String namespace = fresh("retry-");
            disturb(namespace, "aliyun-ehpc", "ListUsersAsync", "\"reset\"", 1);
            fails(TeaUnretryableException.class, () -> list(connect("v2", accessKey + "~" + namespace, secretKey, null), OLDER, CLUSTER, Map.of()));
            equal(calls(namespace, "ListUsersAsync").size(), 1);
        });

        claim("errors of the table are what the SDK's class holds, in every mode", () ->
            Map.of("AccessKeyInactive", "400 InvalidAccessKeyId.Inactive", "ThrottlingUser", "400 Throttling.User", "InternalError", "500 InternalError")
                .forEach((name, expected) -> {
                    for (String mode : MODES) {
                        String namespace = fresh("fault-");
                        fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 1);
                        var refusal = fails(TeaException.class, () -> list(connect(mode, accessKey + "~" + namespace, secretKey, null), OLDER, CLUSTER, Map.of()));
                        equal(refusal.getStatusCode() + " " + refusal.getCode(), expected, name, mode);
                    }
                }));

        claim("a namespace in the access key keeps its own users, in every mode", () -> {
            for (String mode : MODES) {
                var suite = connect(mode, accessKey + "~" + fresh("suite-"), secretKey, null);
                write(suite, OLDER, "DeleteUsers", CLUSTER, List.of(Map.of("Name", "testuser")), Map.of());
                equal(list(suite, OLDER, CLUSTER, Map.of()).names().get(0), "alice.wang");
                equal(list(in(mode), OLDER, CLUSTER, Map.of()).names().get(0), "testuser");
            }
        });

        claim("a temporary key goes with its token, in every mode", () -> {
            var key = temporaryKey();
            for (String mode : MODES) {
                equal(list(connect(mode, key.accessKey(), key.secretKey(), key.token()), OLDER, CLUSTER, Map.of()).names().get(0), "testuser");
                if (isStrict("aliyun-ehpc")) {
                    for (String wrong : new String[] {"another", null}) {
                        refused(400, "InvalidSecurityToken.Malformed", null,
                            () -> list(connect(mode, key.accessKey(), key.secretKey(), wrong), OLDER, CLUSTER, Map.of()));
                    }
                }
            }
        });

        claim("a wrong secret and an unknown key are refused where they are looked at", () -> {
            for (String mode : MODES) {
                for (String version : List.of(OLDER, NEWER)) {
                    String cluster = version.equals(OLDER) ? CLUSTER : NEXT;
                    if (!isStrict("aliyun-ehpc")) {
                        list(connect(mode, accessKey, "wrong", null), version, cluster, Map.of());
                        continue;
                    }
                    refused(400, "SignatureDoesNotMatch", null, () -> list(connect(mode, accessKey, "wrong", null), version, cluster, Map.of()));
                    refused(404, "InvalidAccessKeyId.NotFound", null, () -> list(connect(mode, "nobody", secretKey, null), version, cluster, Map.of()));
                }
            }
        });
    }
}
