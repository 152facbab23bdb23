// sdk: com.huaweicloud.sdk:huaweicloud-sdk-workspace huawei-workspace

import static harness.Harness.*;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.SigningAlgorithm;
import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServerResponseException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.core.retry.backoff.BackoffStrategy;
import com.huaweicloud.sdk.workspace.v2.WorkspaceClient;
import com.huaweicloud.sdk.workspace.v2.model.*;
import harness.Harness;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Workspace through the official Java SDK: huaweicloud-sdk-workspace, v2.
 *
 * <p>Cases that write do so in a project that nothing else uses, which starts empty on a mock; names are new in every run.
 */
final class HuaweiWorkspace {
    private static final String UNKNOWN = "00000000000000000000000000000000";
    private static final String USER_NOT_FOUND = "WKS.00170312";
    private static final String GROUP_NOT_FOUND = "WKS.00170208";
    private static final String PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce");
    private static final String SCRATCH = setting("scratch_project", freshId()); // where cases write
    private static final WorkspaceClient demo = connect(accessKey, secretKey, null, PROJECT);
    private static final WorkspaceClient own = connect(accessKey, secretKey, null, SCRATCH);

    private HuaweiWorkspace() {}

    static void cases() {
        listing();
        lives();
        groups();
        underFaults();
    }

    private static BasicCredentials key(String accessKey, String secretKey, String project) {
        return new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(project);
    }

    private static WorkspaceClient connect(String accessKey, String secretKey, String token, String project) {
        return WorkspaceClient.newBuilder().withCredential(key(accessKey, secretKey, project).withSecurityToken(token)).withEndpoint(baseUrl).build();
    }

    /** Signs with the Chinese standard's hash. */
    private static WorkspaceClient bySm3(String secretKey) {
        var transport = HttpConfig.getDefaultHttpConfig();
        transport.setSigningAlgorithm(SigningAlgorithm.HMAC_SM3);
        return WorkspaceClient.newBuilder().withCredential(key(accessKey, secretKey, SCRATCH)).withHttpConfig(transport).withEndpoint(baseUrl).build();
    }

    /** Signs with a key made from the secret for one region and service. */
    private static WorkspaceClient byDerivedKey(String secretKey) {
        var credentials = key(accessKey, secretKey, SCRATCH).withDerivedPredicate(BasicCredentials.DEFAULT_DERIVED_PREDICATE);
        return WorkspaceClient.newBuilder().withDerivedAuthServiceName("workspace").withCredential(credentials)
            .withRegion(new Region("cn-north-4", baseUrl)).build();
    }

    private static List<User> users(ListUsersRequest request) {
        return demo.listUsers(request).getUsers();
    }

    private static List<String> names(List<User> users) {
        return users.stream().map(User::getUserName).toList();
    }

    private static CreateUserRequest user() {
        return new CreateUserRequest().withUserName(fresh("u")).withUserEmail("a@example.com");
    }

    /** Makes a user in the scratch project and returns its id. */
    private static String create(CreateUserRequest user) {
        var answer = own.createDesktopUser(new CreateDesktopUserRequest().withBody(user));
        equal(answer.getHttpStatusCode(), 201);
        return answer.getId();
    }

    private static UserDetail show(WorkspaceClient client, String id) {
        return client.listUserDetail(new ListUserDetailRequest().withUserId(id)).getUserDetail();
    }

    private static UpdateUserInfoResponse update(String id, EditUserReq body) {
        return own.updateUserInfo(new UpdateUserInfoRequest().withUserId(id).withBody(body));
    }

    private static int act(String id, OperateUserReq.OpTypeEnum action) {
        return own.changeUserStatus(new ChangeUserStatusRequest().withUserId(id).withBody(new OperateUserReq().withOpType(action))).getHttpStatusCode();
    }

    private static List<UserGroupInfo> groups(WorkspaceClient client, ListUserGroupsRequest request) {
        return client.listUserGroups(request).getUserGroups();
    }

    private static CreateUserGroupResponse tryCreateGroup(String name) {
        return own.createUserGroup(new CreateUserGroupRequest().withBody(
            new CreateUserGroupReq().withGroupName(name).withPlatformType(CreateUserGroupReq.PlatformTypeEnum.LOCAL).withDescription("before")));
    }

    /** Makes a group in the scratch project and finds its id, which only the list tells. */
    private static String createGroup(String name) {
        tryCreateGroup(name);
        var found = groups(own, new ListUserGroupsRequest().withKeyword(name));
        equal(found.size(), 1, "number of groups called", name);
        return found.get(0).getId();
    }

    private static int move(String group, ActionsOfUsersInGroupRequest.OpTypeEnum action, String... ids) {
        return own.runActionsOnGroup(new RunActionsOnGroupRequest().withGroupId(group)
            .withBody(new ActionsOfUsersInGroupRequest().withUserIds(List.of(ids)).withOpType(action))).getHttpStatusCode();
    }

    /** Wants the SDK's class for what a service refuses, with this code and an id to ask about. */
    private static ClientRequestException refused(String code, Harness.Body body) {
        var refusal = fails(ClientRequestException.class, body);
        equal(List.of(refusal.getHttpStatusCode(), refusal.getErrorCode()), List.of(400, code));
        matches(refusal.getRequestId(), "[0-9a-f]{32}", "the request id");
        return refusal;
    }

    /** Wants the call to be refused for this parameter. */
    private static void refusedFor(String parameter, Harness.Body body) {
        equal(refused("WKS.0001", body).getErrorMsg(), "The parameter " + parameter + " is invalid.");
    }

    private static void listing() {
        claim("the first user is the one of the document", () -> {
            var user = users(new ListUsersRequest().withLimit("1")).get(0);
            equal(
                List.of(user.getId(), user.getUserName(), user.getUserEmail(), user.getAccountExpires(), user.getActiveType()),
                List.of("8a2c3f9579d240820179d51e6caf0001", "api-test", "test@huawei.com", "0", User.ActiveTypeEnum.USER_ACTIVATE)
            );
            equal(
                List.of(user.getEnableChangePassword(), user.getNextLoginChangePassword(), user.getLocked(), user.getDisabled(), user.getTotalDesktops()),
                List.of(true, true, false, false, 0)
            );
        });

        claim("without a limit the whole project is listed, with the true total", () -> {
            var answer = demo.listUsers(new ListUsersRequest());
            equal(List.of(answer.getHttpStatusCode(), answer.getUsers().size()), List.of(200, answer.getTotalCount()));
            holds(answer.getTotalCount() > 20, "the demo holds more than two pages of ten");
        });

        claim("what the service always sends is never null", () -> {
            for (User user : users(new ListUsersRequest())) {
                equal(user.getSid(), user.getId());
                for (Object member : new Object[] {user.getIsPreUser(), user.getAccountExpired(), user.getGroupNames(), user.getShareSpaceDesktops()}) {
                    holds(member != null, "a member of " + user.getUserName() + " is null");
                }
            }
        });

        claim("a project without users has an empty list and not a null one", () -> {
            var answer = connect(accessKey, secretKey, null, freshId()).listUsers(new ListUsersRequest());
            equal(answer.getUsers(), List.of());
            equal(answer.getTotalCount(), 0);
        });

        claim("walks in pages of any size meet every user once in the same order", () -> {
            var everyone = names(users(new ListUsersRequest()));
            unique(everyone);
            for (String size : List.of("1", "7", "10", "100")) {
                equal(walk(met -> names(users(new ListUsersRequest().withLimit(size).withOffset(String.valueOf(met))))), everyone, "walk by", size);
            }
        });

        claim("past the end is an empty page with the true total", () -> {
            var beyond = demo.listUsers(new ListUsersRequest().withOffset("100000"));
            equal(beyond.getUsers().size(), 0);
            equal(beyond.getTotalCount(), demo.listUsers(new ListUsersRequest()).getTotalCount());
        });

        claim("every parameter at once finds the one user that meets all of them", () -> {
            var email = users(new ListUsersRequest().withUserName("zhangsan")).get(0).getUserEmail();
            var answer = demo.listUsers(new ListUsersRequest().withUserName("ZHANG").withUserEmail(email).withLimit("5").withOffset("0").withDescription("研发")
                .withActiveType("USER_ACTIVATE").withGroupName("design").withShareSpaceSubscription(false).withShareSpaceDesktops(false)
                .withIsQueryTotalDesktops(true));
            equal(names(answer.getUsers()), List.of("zhangsan"));
            equal(answer.getTotalCount(), 1);
        });

        claim("each filter finds the users that have it", () -> {
            equal(names(users(new ListUsersRequest().withUserName("API-"))), List.of("api-test", "api-test2"));
            equal(names(users(new ListUsersRequest().withDescription("张三"))), List.of("zhangsan"));
            equal(names(users(new ListUsersRequest().withShareSpaceDesktops(true))), List.of("shares_desktops"));
            equal(names(users(new ListUsersRequest().withUserEmail("test@huawei.com"))).get(0), "api-test");
            equal(users(new ListUsersRequest().withGroupName("no such group")).size(), 0);
        });

        claim("an account that has expired says so in the list and in the detail", () -> {
            var user = users(new ListUsersRequest().withUserName("temp_contractor")).get(0);
            equal(List.of(user.getAccountExpires(), user.getAccountExpired()), List.of("1609459200000", true));
            var detail = show(demo, user.getId());
            equal(List.of(detail.getAccountExpires(), detail.getUserExpired()), List.of(1609459200000L, true));
        });

        claim("wrong parameters are refused by name", () -> {
            Map.of(
                "limit", new ListUsersRequest().withLimit("ten"),
                "offset", new ListUsersRequest().withOffset("-1"),
                "active_type", new ListUsersRequest().withActiveType("NONE"),
                "user_name", new ListUsersRequest().withUserName("x".repeat(256)),
                "description", new ListUsersRequest().withDescription("x".repeat(101)),
                "group_name", new ListUsersRequest().withGroupName("x".repeat(65))
            ).forEach((parameter, request) -> refusedFor(parameter, () -> demo.listUsers(request)));
        });
    }

    private static void lives() {
        claim("a user is created, listed, shown, updated and deleted", () -> {
            var made = user().withUserPhone("+8612345678987").withDescription("测试 用户").withAccountExpires("2030-01-01T00:00:00Z");
            String name = made.getUserName(), id = create(made);
            Supplier<List<String>> listed = () -> names(own.listUsers(new ListUsersRequest().withUserName(name)).getUsers());
            equal(listed.get(), List.of(name));
            var user = show(own, id);
            equal(List.of(user.getId(), user.getUserName(), user.getObjectSid(), user.getUserPhone(), user.getDescription()),
                List.of(id, name, id, "+8612345678987", "测试 用户"));
            equal(List.of(user.getAccountExpires(), user.getUserExpired()), List.of(1893456000000L, false));
            equal(update(id, new EditUserReq().withDescription("").withDisabled(true).withAccountExpires("0")).getId(), id);
            user = show(own, id);
            equal(List.of(user.getDescription(), user.getDisabled(), user.getAccountExpires(), user.getUserEmail()), List.of("", true, 0L, "a@example.com"));
            equal(own.deleteUser(new DeleteUserRequest().withUserId(id)).getHttpStatusCode(), 204);
            equal(listed.get(), List.of());
        });

        claim("an administrator's user needs a password", () -> {
            var byAdministrator = CreateUserRequest.ActiveTypeEnum.ADMIN_ACTIVATE;
            refusedFor("password", () -> create(user().withActiveType(byAdministrator)));
            String id = create(user().withActiveType(byAdministrator).withPassword("Passw0rd!"));
            equal(show(own, id).getActiveType(), UserDetail.ActiveTypeEnum.ADMIN_ACTIVATE);
        });

        claim("wrong users are refused by the name of the member", () ->
            Map.of(
                "user_name", user().withUserName("9lives"),
                "user_email", user().withUserEmail(null),
                "user_phone", user().withUserPhone("1".repeat(21)),
                "account_expires", user().withAccountExpires("tomorrow"),
                "description", user().withDescription("x".repeat(256))
            ).forEach((member, wrong) -> refusedFor(member, () -> create(wrong))));

        claim("a name is taken whatever its case", () -> {
            var first = user();
            create(first);
            var again = user().withUserName(first.getUserName().toUpperCase(Locale.ROOT));
            equal(refused("WKS.00170301", () -> create(again)).getErrorMsg(), "The user name already exists.");
        });

        claim("a user that does not exist is refused by every call about one", () -> {
            for (Harness.Body body : List.<Harness.Body>of(
                () -> show(own, UNKNOWN),
                () -> update(UNKNOWN, new EditUserReq().withDescription("x")),
                () -> own.deleteUser(new DeleteUserRequest().withUserId(UNKNOWN)),
                () -> act(UNKNOWN, OperateUserReq.OpTypeEnum.LOCK),
                () -> own.resetRandomPassword(new ResetRandomPasswordRequest().withUserId(UNKNOWN)),
                () -> own.sendEmail(new SendEmailRequest().withUserId(UNKNOWN).withBody(new ResendEmailReq().withTemplateId("t"))),
                () -> own.listOtpDevicesByUserId(new ListOtpDevicesByUserIdRequest().withUserId(UNKNOWN))
            )) {
                equal(refused(USER_NOT_FOUND, body).getErrorMsg(), "The user does not exist.");
            }
        });

        claim("a user is locked, given a password and unlocked", () -> {
            String id = create(user());
            var lock = OperateUserReq.OpTypeEnum.LOCK;
            for (var action : List.of(lock, OperateUserReq.OpTypeEnum.RESET_PWD, OperateUserReq.OpTypeEnum.UNLOCK)) {
                equal(act(id, action), 204);
                equal(show(own, id).getLocked(), action != OperateUserReq.OpTypeEnum.UNLOCK);
            }
            refusedFor("op_type", () -> act(id, OperateUserReq.OpTypeEnum.fromValue("EXPLODE")));
            var answer = own.resetRandomPassword(new ResetRandomPasswordRequest().withUserId(id).withNotificationType("email,phone"));
            matches(answer.getPassword(), ".{8,20}", "the password");
        });

        claim("mail is sent again, and second factors are listed and unbound", () -> {
            String id = create(user());
            equal(own.sendEmail(new SendEmailRequest().withUserId(id).withBody(new ResendEmailReq().withTemplateId("t"))).getHttpStatusCode(), 204);
            equal(own.listOtpDevicesByUserId(new ListOtpDevicesByUserIdRequest().withUserId(id)).getOtpDevices(), List.of());
            var unbind = new BatchDeleteOtpDevicesRequest().withUserId(id).withBody(new DelOtpDevicesReq().withOtpIds(List.of("a", "b")));
            equal(own.batchDeleteOtpDevices(unbind).getHttpStatusCode(), 204);
        });

        claim("batches are created and deleted whole or not at all", () -> {
            String word = fresh("b");
            Function<List<String>, Integer> batch = names -> own.batchCreateUsers(new BatchCreateUsersRequest().withBody(new BatchCreateUsersReq().withUsers(
                names.stream().map(name -> new CreateUserRequest().withUserName(name).withUserPhone("1")).toList()))).getHttpStatusCode();
            Function<List<String>, Integer> drop = ids ->
                own.batchDeleteUser(new BatchDeleteUserRequest().withBody(new BatchDeleteUserReq().withUserIds(ids))).getHttpStatusCode();
            Supplier<List<User>> found = () -> own.listUsers(new ListUsersRequest().withUserName(word)).getUsers();
            refused("WKS.00170301", () -> batch.apply(List.of(word + "-1", word + "-1")));
            refusedFor("users", () -> batch.apply(List.of()));
            equal(batch.apply(List.of(word + "-1", word + "-2")), 200);
            equal(names(found.get()), List.of(word + "-1", word + "-2"));
            var ids = found.get().stream().map(User::getId).toList();
            refused(USER_NOT_FOUND, () -> drop.apply(List.of(ids.get(0), UNKNOWN)));
            equal(drop.apply(ids), 204);
            equal(found.get(), List.of());
        });
    }

    private static void groups() {
        claim("groups are listed with every parameter, and walked", () -> {
            var everyone = groups(demo, new ListUserGroupsRequest()).stream().map(UserGroupInfo::getName).toList();
            equal(everyone.subList(0, 2), List.of("design", "DomainUsers"));
            var found = groups(demo, new ListUserGroupsRequest().withLimit("100").withOffset("0").withKeyword("DOMAIN"));
            equal(found.stream().map(UserGroupInfo::getName).toList(), List.of("DomainUsers"));
            equal(found.get(0).getPlatformType(), UserGroupInfo.PlatformTypeEnum.AD);
            equal(walk(met -> groups(demo, new ListUserGroupsRequest().withLimit("2").withOffset(String.valueOf(met))).stream().map(UserGroupInfo::getName).toList()), everyone);
            refusedFor("limit", () -> groups(demo, new ListUserGroupsRequest().withLimit("101")));
        });

        claim("a group is created, updated, filled, emptied and deleted", () -> {
            String name = fresh("g"), id = createGroup(name);
            refused("WKS.00170201", () -> tryCreateGroup(name));
            equal(own.updateUserGroup(new UpdateUserGroupRequest().withGroupId(id)
                .withBody(new EditUserGroupRequest().withGroupName(name + "-new").withDescription("after"))).getHttpStatusCode(), 200);
            var group = groups(own, new ListUserGroupsRequest().withKeyword(name)).get(0);
            equal(List.of(group.getName(), group.getDescription()), List.of(name + "-new", "after"));

            String first = create(user().withDescription("研发部 一")), second = create(user().withGroupIds(List.of(id)));
            equal(move(id, ActionsOfUsersInGroupRequest.OpTypeEnum.ADD, first), 204);
            refused(USER_NOT_FOUND, () -> move(id, ActionsOfUsersInGroupRequest.OpTypeEnum.ADD, UNKNOWN));
            equal(show(own, first).getGroupNames(), List.of(name + "-new"));
            Function<ListUsersOfGroupRequest, List<String>> members = request ->
                own.listUsersOfGroup(request.withGroupId(id)).getUsers().stream().map(UserInGroup::getId).toList();
            equal(members.apply(new ListUsersOfGroupRequest()), List.of(first, second));
            equal(members.apply(new ListUsersOfGroupRequest().withUserName("u").withDescription("研发").withLimit("10").withOffset("0")
                .withActiveType(ListUsersOfGroupRequest.ActiveTypeEnum.USER_ACTIVATE)), List.of(first));
            equal(move(id, ActionsOfUsersInGroupRequest.OpTypeEnum.DELETE, first, second), 204);
            equal(own.deleteUserGroup(new DeleteUserGroupRequest().withGroupId(id)).getHttpStatusCode(), 204);
            refused(GROUP_NOT_FOUND, () -> members.apply(new ListUsersOfGroupRequest()));
        });

        claim("groups are deleted in a batch, all or none", () -> {
            var ids = List.of(createGroup(fresh("g")), createGroup(fresh("g")));
            Function<List<String>, Integer> drop = some ->
                own.batchDeleteUserGroups(new BatchDeleteUserGroupsRequest().withBody(new BatchDeleteUserGroupsReq().withGroupIds(some))).getHttpStatusCode();
            refused(GROUP_NOT_FOUND, () -> drop.apply(List.of(ids.get(0), ids.get(1), UNKNOWN)));
            equal(drop.apply(ids), 204);
        });
    }

    private static WorkspaceClient inNamespace(String namespace) {
        return connect(accessKey + "~" + namespace, secretKey, null, PROJECT);
    }

    private static void underFaults() {
        claim("the SDK's retry asks again until the service is well", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-workspace", "ListUsers", "Internal", 2);
            var answer = inNamespace(namespace).listUsersInvoker(new ListUsersRequest().withLimit("3"))
                .withRetry(5, (response, error) -> error != null, BackoffStrategy.NO_BACKOFF).invoke();
            equal(answer.getUsers().size(), 3);
            equal(calls(namespace, "ListUsers"), List.of(500, 500, 200));
        });

        claim("a retry that has been used up tells the last error", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-workspace", "ListUsers", "Internal", 9);
            var broken = fails(ServerResponseException.class, () -> inNamespace(namespace).listUsersInvoker(new ListUsersRequest())
                .withRetry(2, (response, error) -> error != null, BackoffStrategy.NO_BACKOFF).invoke());
            equal(broken.getHttpStatusCode(), 500);
            equal(calls(namespace, "ListUsers"), List.of(500, 500, 500));
        });

        claim("by itself the SDK only retries what never got a connection", () -> {
            String namespace = fresh("retry-");
            disturb(namespace, "huawei-workspace", "ListUsers", "\"truncate\"", 1);
            fails(SdkException.class, () -> inNamespace(namespace).listUsersInvoker(new ListUsersRequest()).retryTimes(3).invoke());
            equal(calls(namespace, "ListUsers").size(), 1);
        });

        claim("a create whose answer was lost has happened, as its retry is told", () -> {
            String namespace = fresh("retry-");
            disturb(namespace, "huawei-workspace", "CreateDesktopUser", "\"truncate\"", 1);
            refused("WKS.00170301", () -> inNamespace(namespace).createDesktopUserInvoker(new CreateDesktopUserRequest().withBody(user()))
                .withRetry(1, (response, error) -> error != null, BackoffStrategy.NO_BACKOFF).invoke());
            equal(calls(namespace, "CreateDesktopUser").size(), 2);
        });

        claim("without a retry a fault is told at once", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-workspace", "ListUsers", "Throttled", 1);
            var client = inNamespace(namespace);
            var refusal = fails(ClientRequestException.class, () -> client.listUsers(new ListUsersRequest()));
            equal(List.of(refusal.getHttpStatusCode(), refusal.getErrorCode()), List.of(429, "APIGW.0308"));
            client.listUsers(new ListUsersRequest());
            equal(calls(namespace, "ListUsers"), List.of(429, 200));
        });

        claim("a namespace in the access key keeps its own users", () -> {
            WorkspaceClient first = inNamespace(fresh("suite-")), second = inNamespace(fresh("suite-"));
            String id = users(new ListUsersRequest().withUserName("zhangsan")).get(0).getId();
            first.deleteUser(new DeleteUserRequest().withUserId(id));
            refused(USER_NOT_FOUND, () -> show(first, id));
            equal(show(second, id).getUserName(), "zhangsan");
        });

        claim("SM3 and derived keys sign too", () -> {
            Map<String, Function<String, WorkspaceClient>> ways = Map.of("SM3", HuaweiWorkspace::bySm3, "derived", HuaweiWorkspace::byDerivedKey);
            ways.forEach((name, made) -> {
                var client = made.apply(secretKey);
                var request = new ListUsersRequest().withLimit("2").withDescription("测试 user+a/b~*");
                client.listUsers(request);
                String id = client.createDesktopUser(new CreateDesktopUserRequest().withBody(user().withDescription("测试"))).getId();
                client.deleteUser(new DeleteUserRequest().withUserId(id));
                if (isStrict("huawei-workspace")) {
                    var refusal = fails(ServiceResponseException.class, () -> made.apply("wrong").listUsers(request));
                    equal(List.of(refusal.getHttpStatusCode(), refusal.getErrorCode()), List.of(401, "APIGW.0301"), name);
                }
            });
        });

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            var request = new ListUsersRequest().withLimit("2");
            equal(connect(key.accessKey(), key.secretKey(), key.token(), PROJECT).listUsers(request).getUsers().size(), 2);
            if (isStrict("huawei-workspace")) {
                for (String wrong : new String[] {"another", null}) {
                    var refusal = fails(ServiceResponseException.class, () -> connect(key.accessKey(), key.secretKey(), wrong, PROJECT).listUsers(request));
                    equal(refusal.getHttpStatusCode(), 401);
                }
            }
        });
    }
}
