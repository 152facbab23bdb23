// sdk: com.huaweicloud.sdk:huaweicloud-sdk-rocketmq huawei-rocketmq

import static harness.Harness.*;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.core.exception.ServerResponseException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.retry.backoff.BackoffStrategy;
import com.huaweicloud.sdk.rocketmq.v2.RocketMQClient;
import com.huaweicloud.sdk.rocketmq.v2.model.*;
import harness.Harness;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** DMS for RocketMQ through the official Java SDK: huaweicloud-sdk-rocketmq, v2. */
final class HuaweiRocketmq {
    private static final String UNKNOWN_INSTANCE = "00000000-0000-4000-8000-000000000000";
    private static final String ANOTHER_PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static final String SECRET = "N3w-secret";
    private static final String PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce");
    // 4.8.0 with access control; more than two default pages of users
    private static final String INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6");
    // 5.x, where every user is an administrator
    private static final String NEWER_INSTANCE = setting("newer_instance", "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000");
    // 4.8.0 without access control, and so without users
    private static final String EMPTY_INSTANCE = setting("empty_instance", "7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800");
    private static final RocketMQClient client = connect(accessKey, secretKey, null, PROJECT);

    private HuaweiRocketmq() {}

    static void cases() {
        listing();
        refusals();
        lives();
        policies();
        instances();
        underFaults();
    }

    private static RocketMQClient connect(String accessKey, String secretKey, String token, String project) {
        var key = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(project).withSecurityToken(token);
        return RocketMQClient.newBuilder().withCredential(key).withEndpoint(baseUrl).build();
    }

    private static ListUserRequest page(int limit, int offset) {
        return new ListUserRequest().withInstanceId(INSTANCE).withLimit(String.valueOf(limit)).withOffset(String.valueOf(offset));
    }

    private static List<String> names(ListUserResponse answer) {
        return answer.getUsers().stream().map(User::getAccessKey).toList();
    }

    private static List<String> everyone(int size) {
        return walk(met -> names(client.listUser(page(size, met))));
    }

    private static CreateUserResponse create(String instance, User user) {
        return client.createUser(new CreateUserRequest().withInstanceId(instance).withBody(user));
    }

    private static ShowUserResponse show(String name) {
        return client.showUser(new ShowUserRequest().withInstanceId(INSTANCE).withUserName(name));
    }

    private static UpdateUserResponse update(String name, User user) {
        return client.updateUser(new UpdateUserRequest().withInstanceId(INSTANCE).withUserName(name).withBody(user));
    }

    private static void remove(String instance, String name) {
        client.deleteUser(new DeleteUserRequest().withInstanceId(instance).withUserName(name));
    }

    /** Makes a user for one case, which is gone when the case is over. */
    private static void withUser(String instance, Consumer<User> fill, BiConsumer<String, CreateUserResponse> run) {
        var user = new User().withAccessKey(fresh("sdk-java-")).withSecretKey(SECRET);
        fill.accept(user);
        var created = create(instance, user);
        try {
            run.accept(user.getAccessKey(), created);
        } finally {
            remove(instance, user.getAccessKey());
        }
    }

    /** Wants the SDK's class for what a service refuses, with this code and an id to ask about. */
    private static void refused(int status, String code, String message, Harness.Body body) {
        var refusal = fails(ClientRequestException.class, body);
        equal(List.of(refusal.getHttpStatusCode(), refusal.getErrorCode()), List.of(status, code));
        if (message != null) {
            equal(refusal.getErrorMsg(), message);
        }
        matches(refusal.getRequestId(), "[0-9a-f]{32}", "the request id");
    }

    private static void listing() {
        claim("the first user is the one of the document with all eight fields", () -> {
            var user = client.listUser(page(1, 0)).getUsers().get(0);
            equal(
                List.of(user.getAccessKey(), user.getSecretKey(), user.getWhiteRemoteAddress(), user.getAdmin(), user.getTopicPerms(), user.getGroupPerms()),
                List.of("test_01", "x1234567@", "", false, List.of(), List.of())
            );
            equal(user.getDefaultTopicPerm(), User.DefaultTopicPermEnum.SUB);
            equal(user.getDefaultGroupPerm(), User.DefaultGroupPermEnum.DENY);
        });

        claim("permissions on topics and groups are names with a permission of the SDK's own kind", () -> {
            var user = client.listUser(page(50, 0)).getUsers().stream().filter(one -> one.getAccessKey().equals("order-service")).findFirst().orElseThrow();
            equal(user.getTopicPerms(), List.of(
                new UserTopicPerms().withName("orders").withPerm(UserTopicPerms.PermEnum.PUB_SUB),
                new UserTopicPerms().withName("refunds").withPerm(UserTopicPerms.PermEnum.PUB)
            ));
            equal(user.getGroupPerms().get(0), new UserGroupPerms().withName("order-workers").withPerm(UserGroupPerms.PermEnum.SUB));
        });

        claim("every user of a 5.x instance is an administrator", () -> {
            var found = client.listUser(new ListUserRequest().withInstanceId(NEWER_INSTANCE)).getUsers();
            holds(!found.isEmpty(), "the 5.x instance has no users");
            for (User user : found) {
                equal(List.of(user.getAdmin(), user.getDefaultTopicPerm(), user.getDefaultGroupPerm()),
                    List.of(true, User.DefaultTopicPermEnum.PUB_SUB, User.DefaultGroupPermEnum.SUB));
            }
        });

        claim("an instance without users has an empty list and total zero", () -> {
            var answer = client.listUser(new ListUserRequest().withInstanceId(EMPTY_INSTANCE));
            equal(answer.getUsers(), List.of());
            equal(answer.getTotal(), BigDecimal.ZERO);
        });

        claim("a page holds ten users unless asked otherwise, and total counts the instance", () -> {
            var answer = client.listUser(new ListUserRequest().withInstanceId(INSTANCE));
            equal(List.of(answer.getHttpStatusCode(), names(answer).size()), List.of(200, 10));
            equal(client.listUser(page(1, 0)).getTotal(), answer.getTotal());
            holds(answer.getTotal().intValueExact() > 20, "the demo holds more than two default pages");
        });

        claim("walks in pages of any size meet every user once in the same order", () -> {
            var everyone = everyone(50);
            unique(everyone);
            equal(new BigDecimal(everyone.size()), client.listUser(page(1, 0)).getTotal());
            for (int size : new int[] {1, 7, 10}) {
                equal(everyone(size), everyone, "walk by", size);
            }
            equal(names(client.listUser(page(3, 4))), everyone.subList(4, 7));
        });

        claim("past the end is an empty page with the true total", () -> {
            var beyond = client.listUser(page(10, 100_000));
            equal(names(beyond), List.of());
            equal(beyond.getTotal(), client.listUser(page(1, 0)).getTotal());
        });
    }

    private static void refusals() {
        claim("limits outside 1 to 50 and what is no number are refused with DMS.00400062", () -> {
            for (String limit : List.of("0", "-1", "51", "1000000", "ten")) {
                refused(400, "DMS.00400062", "Invalid {0} parameter in the request.",
                    () -> client.listUser(new ListUserRequest().withInstanceId(INSTANCE).withLimit(limit)));
            }
        });

        claim("a bad offset is refused with DMS.40050010, and before a bad limit", () -> {
            refused(400, "DMS.40050010", "Offset parameter is invalid.", () -> client.listUser(page(10, -1)));
            refused(400, "DMS.40050010", null, () -> client.listUser(page(0, -1)));
        });

        claim("an unknown instance is 404 with DMS.00404022, in another project too", () -> {
            refused(404, "DMS.00404022", "This instance does not exist.", () -> client.listUser(page(10, 0).withInstanceId(UNKNOWN_INSTANCE)));
            if (!isStrict("huawei-rocketmq")) { // there another project is another's, and refused as such
                refused(404, "DMS.00404022", null, () -> connect(accessKey, secretKey, null, ANOTHER_PROJECT).listUser(page(10, 0)));
            }
            refused(404, "DMS.00404022", null, () -> client.showInstance(new ShowInstanceRequest().withInstanceId(UNKNOWN_INSTANCE)));
        });

        claim("an instance id that is no uuid is refused with DMS.00400030", () ->
            refused(400, "DMS.00400030", "Invalid DMS instance id. The id must be a uuid.", () -> client.listUser(page(10, 0).withInstanceId("my-instance"))));

        claim("users that do not exist are 400 with DMS.00500972", () -> {
            for (Harness.Body body : List.<Harness.Body>of(
                () -> show("a b用户"),
                () -> update("nobody-here", new User().withAccessKey("nobody-here").withSecretKey(SECRET)),
                () -> remove(INSTANCE, "nobody-here")
            )) {
                refused(400, "DMS.00500972", "The user does not exist.", body);
            }
        });

        claim("bad users are refused", () -> {
            var user = (Supplier<User>) () -> new User().withAccessKey("long-enough").withSecretKey(SECRET);
            refused(400, "DMS.00400800", null, () -> create(INSTANCE, user.get().withAccessKey("test_01")));
            refused(400, "DMS.00500960", null, () -> create(INSTANCE, user.get().withAccessKey("short")));
            refused(400, "DMS.00500960", null, () -> create(INSTANCE, user.get().withSecretKey("weak")));
            refused(400, "DMS.00500960", null, () -> create(INSTANCE, user.get().withSecretKey(null)));
            refused(400, "DMS.00400800", null, () -> create(INSTANCE, user.get().withDefaultTopicPerm(User.DefaultTopicPermEnum.fromValue("ALL"))));
            refused(400, "DMS.00400800", null, () -> create(INSTANCE, user.get().withWhiteRemoteAddress("here")));
        });

        claim("without access control there are no new users", () ->
            refused(400, "DMS.00400026", null, () -> create(EMPTY_INSTANCE, new User().withAccessKey("long-enough").withSecretKey(SECRET))));
    }

    private static void lives() {
        claim("a user is created, listed, shown, changed and deleted", () -> {
            var before = everyone(50);
            List<String> gone = new ArrayList<>();
            withUser(INSTANCE, user -> user.withDefaultTopicPerm(User.DefaultTopicPermEnum.SUB), (name, created) -> {
                gone.add(name);
                equal(List.of(created.getAccessKey(), created.getSecretKey(), created.getDefaultTopicPerm().getValue()), List.of(name, SECRET, "SUB"));
                var after = new ArrayList<>(before);
                after.add(name);
                equal(everyone(50), after);
                var shown = show(name);
                equal(List.of(shown.getAccessKey(), shown.getSecretKey(), shown.getDefaultTopicPerm().getValue()), List.of(name, SECRET, "SUB"));
                // The Java SDK sends what was set, and no secret keeps the one that is there.
                var changed = update(name, new User().withAccessKey(name).withWhiteRemoteAddress("10.0.0.1"));
                equal(List.of(changed.getWhiteRemoteAddress(), changed.getSecretKey(), changed.getDefaultTopicPerm().getValue()), List.of("10.0.0.1", SECRET, "SUB"));
                equal(show(name).getWhiteRemoteAddress(), "10.0.0.1");
            });
            equal(everyone(50), before);
            refused(400, "DMS.00500972", null, () -> show(gone.get(0)));
        });

        claim("permissions come back as they were sent", () ->
            withUser(INSTANCE, user -> user
                .addTopicPermsItem(new UserTopicPerms().withName("b").withPerm(UserTopicPerms.PermEnum.PUB))
                .addTopicPermsItem(new UserTopicPerms().withName("主题").withPerm(UserTopicPerms.PermEnum.PUB_SUB))
                .addGroupPermsItem(new UserGroupPerms().withName("g").withPerm(UserGroupPerms.PermEnum.DENY)), (name, created) -> {
                    var shown = show(name);
                    equal(shown.getTopicPerms().stream().map(one -> one.getName() + " " + one.getPerm()).toList(), List.of("b PUB", "主题 PUB|SUB"));
                    equal(shown.getGroupPerms().stream().map(one -> one.getName() + " " + one.getPerm()).toList(), List.of("g DENY"));
                    equal(update(name, new User().withAccessKey(name).withTopicPerms(List.of())).getTopicPerms(), List.of());
                }));

        claim("what was never sent follows from admin, and on a 5.x instance everybody is one", () -> {
            withUser(INSTANCE, user -> user.withAdmin(true), (name, created) ->
                equal(List.of(created.getDefaultTopicPerm().getValue(), created.getDefaultGroupPerm().getValue()), List.of("PUB|SUB", "SUB")));
            withUser(NEWER_INSTANCE, user -> user.withAdmin(false), (name, created) ->
                equal(List.of(created.getAdmin(), created.getDefaultTopicPerm().getValue()), List.of(true, "PUB|SUB")));
        });
    }

    private static Map<String, String> permissions(List<ListAccessPolicyRespPolicies> policies) {
        return policies.stream().collect(Collectors.toMap(ListAccessPolicyRespPolicies::getAccessKey, ListAccessPolicyRespPolicies::getPerm));
    }

    private static ListTopicAccessPolicyResponse policiesOfTopic(int limit, int offset) {
        return client.listTopicAccessPolicy(new ListTopicAccessPolicyRequest().withInstanceId(INSTANCE).withTopic("orders")
            .withLimit(String.valueOf(limit)).withOffset(String.valueOf(offset)));
    }

    private static void policies() {
        claim("the policies of a topic are what each user may do with it, in pages like users", () -> {
            var answer = policiesOfTopic(50, 0);
            equal(List.of(answer.getName(), answer.getTotal()), List.of("orders", client.listUser(page(1, 0)).getTotal()));
            var found = permissions(answer.getPolicies());
            equal(List.of(found.get("test_01"), found.get("order-service"), found.get("mq_admin_root")), List.of("SUB", "PUB|SUB", "PUB|SUB"));
            equal(policiesOfTopic(2, 1).getPolicies().stream().map(ListAccessPolicyRespPolicies::getAccessKey).toList(), names(client.listUser(page(2, 1))));
            refused(400, "DMS.00400062", null, () -> policiesOfTopic(51, 0));
            refused(400, "DMS.40050010", null, () -> policiesOfTopic(10, -1));
        });

        claim("the policies of a group are told at the address of either engine", () -> {
            for (String engine : List.of("reliability", "rocketmq")) {
                var answer = client.listConsumeGroupAccessPolicy(new ListConsumeGroupAccessPolicyRequest().withInstanceId(INSTANCE).withGroupId("order-workers")
                    .withEngine(ListConsumeGroupAccessPolicyRequest.EngineEnum.fromValue(engine)).withLimit("50").withOffset("0"));
                var found = permissions(answer.getPolicies());
                equal(List.of(found.get("test_01"), found.get("order-service"), found.get("mq_admin_root")), List.of("DENY", "SUB", "SUB"), engine);
            }
        });
    }

    private static List<String> ids(ListInstancesRequest request) {
        return client.listInstances(request.withEngine(ListInstancesRequest.EngineEnum.ROCKETMQ)).getInstances().stream().map(ShowInstanceResp::getInstanceId).toList();
    }

    private static void instances() {
        claim("instances are listed with every parameter", () -> {
            var everyone = ids(new ListInstancesRequest().withLimit(50));
            holds(everyone.containsAll(List.of(INSTANCE, NEWER_INSTANCE, EMPTY_INSTANCE)), "an instance is not among " + everyone);
            var shown = client.showInstance(new ShowInstanceRequest().withInstanceId(INSTANCE));
            equal(List.of(shown.getEngine(), shown.getEngineVersion(), shown.getStatus(), shown.getEnableAcl()), List.of("reliability", "4.8.0", "RUNNING", true));
            equal(ids(new ListInstancesRequest().withName(shown.getName()).withInstanceId(INSTANCE).withEnterpriseProjectId("0").withLimit(10).withOffset(0)
                .withStatus(ListInstancesRequest.StatusEnum.RUNNING).withIncludeFailure(ListInstancesRequest.IncludeFailureEnum.TRUE)
                .withExactMatchName(ListInstancesRequest.ExactMatchNameEnum.TRUE)), List.of(INSTANCE));
            equal(ids(new ListInstancesRequest().withInstanceId(NEWER_INSTANCE)), List.of(NEWER_INSTANCE));
        });
    }

    private static RocketMQClient inNamespace(String namespace) {
        return connect(accessKey + "~" + namespace, secretKey, null, PROJECT);
    }

    private static void underFaults() {
        claim("the SDK's retry asks again until the service is well, and no longer", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-rocketmq", "ListUser", "Internal", 2);
            var answer = inNamespace(namespace).listUserInvoker(page(3, 0)).withRetry(5, (response, error) -> error != null, BackoffStrategy.NO_BACKOFF).invoke();
            equal(names(answer).size(), 3);
            equal(calls(namespace, "ListUser"), List.of(500, 500, 200));
        });

        claim("what the service broke is another class than what it refused", () -> {
            String namespace = fresh("fault-");
            fault(namespace, "huawei-rocketmq", "ListUser", "Internal", 1);
            var broken = fails(ServerResponseException.class, () -> inNamespace(namespace).listUser(page(3, 0)));
            equal(broken.getHttpStatusCode(), 500);
            equal(calls(namespace, "ListUser"), List.of(500));
        });

        claim("a create that is answered with a fault has not happened", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-rocketmq", "CreateUser", "QuotaReached", 1);
            var create = new CreateUserRequest().withInstanceId(INSTANCE).withBody(new User().withAccessKey(fresh("sdk-java-")).withSecretKey(SECRET));
            refused(400, "DMS.00400039", "The quota limit has been reached.", () -> inNamespace(namespace).createUser(create));
            inNamespace(namespace).createUser(create);
            equal(calls(namespace, "CreateUser"), List.of(400, 200));
        });

        claim("a namespace in the access key keeps its own users", () -> {
            RocketMQClient first = inNamespace(fresh("suite-")), second = inNamespace(fresh("suite-"));
            first.deleteUser(new DeleteUserRequest().withInstanceId(INSTANCE).withUserName("test_01"));
            var show = new ShowUserRequest().withInstanceId(INSTANCE).withUserName("test_01");
            refused(400, "DMS.00500972", null, () -> first.showUser(show));
            equal(second.showUser(show).getAccessKey(), "test_01");
        });

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            equal(names(connect(key.accessKey(), key.secretKey(), key.token(), PROJECT).listUser(page(3, 0))).size(), 3);
            if (isStrict("huawei-rocketmq")) {
                for (String wrong : new String[] {"another", null}) {
                    var refusal = fails(ServiceResponseException.class, () -> connect(key.accessKey(), key.secretKey(), wrong, PROJECT).listUser(page(3, 0)));
                    equal(refusal.getHttpStatusCode(), 401);
                }
            }
        });

        claim("a wrong secret and an unknown key are refused where they are looked at", () -> {
            if (!isStrict("huawei-rocketmq")) {
                connect(accessKey, "wrong", null, PROJECT).listUser(page(3, 0));
                return;
            }
            refused(401, "APIGW.0301", null, () -> connect(accessKey, "wrong", null, PROJECT).listUser(page(3, 0)));
            refused(401, "APIGW.0301", null, () -> connect("nobody", secretKey, null, PROJECT).listUser(page(3, 0)));
        });
    }
}
