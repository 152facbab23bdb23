// sdk: github.com/huaweicloud/huaweicloud-sdk-go-v3

// Workspace through the official Go SDK: huaweicloud-sdk-go-v3, services/workspace/v2.
//
// Cases that write do so in a project that nothing else uses, which starts empty on a mock; names are new in every run.
package main

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/invoker/retry"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"

	. "rollcall.test/sdk/harness"
)

const (
	unknown       = "00000000000000000000000000000000"
	userNotFound  = "WKS.00170312"
	groupNotFound = "WKS.00170208"
)

var (
	project = Setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
	scratch = Setting("scratch_project", FreshID()) // where cases write
	demo    = connect(AccessKey, SecretKey, "", project)
	own     = connect(AccessKey, SecretKey, "", scratch)
)

func connect(accessKey, secretKey, token, project string) *workspace.WorkspaceClient {
	key := basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(secretKey).WithProjectId(project)
	if token != "" {
		key = key.WithSecurityToken(token)
	}
	credentials, err := key.SafeBuild()
	Done(err)
	client, err := workspace.WorkspaceClientBuilder().WithEndpoint(BaseURL).WithCredential(credentials).SafeBuild()
	Done(err)
	return workspace.NewWorkspaceClient(client)
}

// bySM3 signs with the Chinese standard's hash.
func bySM3(secretKey string) *workspace.WorkspaceClient {
	credentials := Must(basic.NewCredentialsBuilder().WithAk(AccessKey).WithSk(secretKey).WithProjectId(scratch).SafeBuild())
	transport := config.DefaultHttpConfig().WithSigningAlgorithm(algorithm.HmacSM3)
	return workspace.NewWorkspaceClient(Must(workspace.WorkspaceClientBuilder().
		WithEndpoint(BaseURL).WithHttpConfig(transport).WithCredential(credentials).SafeBuild()))
}

// byDerivedKey signs with a key made from the secret for one region and service.
func byDerivedKey(secretKey string) *workspace.WorkspaceClient {
	credentials := Must(basic.NewCredentialsBuilder().WithAk(AccessKey).WithSk(secretKey).WithProjectId(scratch).
		WithDerivedPredicate(basic.DefaultDerivedPredicate).SafeBuild())
	return workspace.NewWorkspaceClient(Must(workspace.WorkspaceClientBuilder().WithDerivedAuthServiceName("workspace").
		WithRegion(region.NewRegion("cn-north-4", BaseURL)).WithCredential(credentials).SafeBuild()))
}

func list(client *workspace.WorkspaceClient, request model.ListUsersRequest) *model.ListUsersResponse {
	return Must(client.ListUsers(&request))
}

func users(request model.ListUsersRequest) []model.User { return Value(list(demo, request).Users) }

func names(users []model.User) []string {
	return Each(users, func(user model.User) string { return Value(user.UserName) })
}

// create makes a user in the scratch project and returns its id.
func create(name string, change ...func(*model.CreateUserRequest)) string {
	answer := Must(tryCreate(name, change...))
	Equal(answer.HttpStatusCode, 201)
	return Value(answer.Id)
}

func tryCreate(name string, change ...func(*model.CreateUserRequest)) (*model.CreateDesktopUserResponse, error) {
	body := &model.CreateUserRequest{UserName: name, UserEmail: Ptr("a@example.com")}
	for _, one := range change {
		one(body)
	}
	return own.CreateDesktopUser(&model.CreateDesktopUserRequest{Body: body})
}

func show(client *workspace.WorkspaceClient, id string) (*model.ListUserDetailResponse, error) {
	return client.ListUserDetail(&model.ListUserDetailRequest{UserId: id})
}

func shown(id string) model.UserDetail { return Value(Must(show(own, id)).UserDetail) }

func update(id string, body model.EditUserReq) (*model.UpdateUserInfoResponse, error) {
	return own.UpdateUserInfo(&model.UpdateUserInfoRequest{UserId: id, Body: &body})
}

func remove(id string) (*model.DeleteUserResponse, error) {
	return own.DeleteUser(&model.DeleteUserRequest{UserId: id})
}

func act(id string, action model.OperateUserReqOpType) (*model.ChangeUserStatusResponse, error) {
	return own.ChangeUserStatus(&model.ChangeUserStatusRequest{UserId: id, Body: &model.OperateUserReq{OpType: action}})
}

func groups(client *workspace.WorkspaceClient, request model.ListUserGroupsRequest) []model.UserGroupInfo {
	return Value(Must(client.ListUserGroups(&request)).UserGroups)
}

func tryCreateGroup(name string) (*model.CreateUserGroupResponse, error) {
	return own.CreateUserGroup(&model.CreateUserGroupRequest{Body: &model.CreateUserGroupReq{
		GroupName: name, PlatformType: model.GetCreateUserGroupReqPlatformTypeEnum().LOCAL, Description: Ptr("before"),
	}})
}

// createGroup makes a group in the scratch project and finds its id, which only the list tells.
func createGroup(name string) string {
	Must(tryCreateGroup(name))
	found := groups(own, model.ListUserGroupsRequest{Keyword: &name})
	Equal(len(found), 1, "number of groups called", name)
	return Value(found[0].Id)
}

func members(client *workspace.WorkspaceClient, request model.ListUsersOfGroupRequest) (*model.ListUsersOfGroupResponse, error) {
	return client.ListUsersOfGroup(&request)
}

func move(group string, action model.ActionsOfUsersInGroupRequestOpType, ids ...string) (*model.RunActionsOnGroupResponse, error) {
	return own.RunActionsOnGroup(&model.RunActionsOnGroupRequest{GroupId: group, Body: &model.ActionsOfUsersInGroupRequest{
		UserIds: ids, OpType: action,
	}})
}

var requestID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// refused wants the error to be of the SDK's class for what a service refuses, with this code and an id to ask about.
func refused(err error, code string) *sdkerr.ServiceResponseError {
	refusal := Fails[*sdkerr.ServiceResponseError](err)
	Equal([]any{refusal.StatusCode, refusal.ErrorCode}, []any{400, code})
	True(requestID.MatchString(refusal.RequestId), "the request id is %q", refusal.RequestId)
	return refusal
}

// refusedFor wants the call to be refused for this parameter.
func refusedFor(parameter string, err error) {
	Equal(refused(err, "WKS.0001").ErrorMessage, "The parameter "+parameter+" is invalid.")
}

func listing() {
	Case("the first user is the one of the document", func() {
		user := users(model.ListUsersRequest{Limit: Ptr("1")})[0]
		Equal(
			[]string{Value(user.Id), Value(user.UserName), Value(user.UserEmail), Value(user.AccountExpires), Value(user.ActiveType).Value()},
			[]string{"8a2c3f9579d240820179d51e6caf0001", "api-test", "test@huawei.com", "0", "USER_ACTIVATE"},
		)
		Equal(
			[]bool{Value(user.EnableChangePassword), Value(user.NextLoginChangePassword), Value(user.Locked), Value(user.Disabled)},
			[]bool{true, true, false, false},
		)
		Equal(Value(user.TotalDesktops), int32(0))
	})

	Case("without a limit the whole project is listed, with the true total", func() {
		answer := list(demo, model.ListUsersRequest{})
		Equal(answer.HttpStatusCode, 200)
		Equal(len(Value(answer.Users)), int(Value(answer.TotalCount)))
		True(len(Value(answer.Users)) > 20, "the demo holds more than two pages of ten")
	})

	Case("what the service always sends is never nil", func() {
		for _, user := range users(model.ListUsersRequest{}) {
			Equal(Value(user.Sid), Value(user.Id))
			for name, missing := range map[string]bool{
				"is_pre_user": user.IsPreUser == nil, "account_expired": user.AccountExpired == nil, "group_names": user.GroupNames == nil,
				"share_space_desktops": user.ShareSpaceDesktops == nil, "enterprise_project_id": user.EnterpriseProjectId == nil,
			} {
				True(!missing, "%s of %s is nil", name, Value(user.UserName))
			}
		}
	})

	Case("a project without users has an empty list and not a nil one", func() {
		answer := list(connect(AccessKey, SecretKey, "", FreshID()), model.ListUsersRequest{})
		Equal(Value(answer.Users), []model.User{})
		Equal(Value(answer.TotalCount), int32(0))
	})

	Case("walks in pages of any size meet every user once in the same order", func() {
		everyone := names(users(model.ListUsersRequest{}))
		Unique(everyone)
		for _, size := range []string{"1", "7", "10", "100"} {
			met := Walk(func(met int) []string {
				return names(users(model.ListUsersRequest{Limit: &size, Offset: Ptr(strconv.Itoa(met))}))
			})
			Equal(met, everyone, "walk by", size)
		}
	})

	Case("past the end is an empty page with the true total", func() {
		beyond := list(demo, model.ListUsersRequest{Offset: Ptr("100000")})
		Equal(len(Value(beyond.Users)), 0)
		Equal(Value(beyond.TotalCount), Value(list(demo, model.ListUsersRequest{}).TotalCount))
	})

	Case("every parameter at once finds the one user that meets all of them", func() {
		answer := list(demo, model.ListUsersRequest{
			UserName: Ptr("ZHANG"), UserNames: &[]string{"zhangsan", "lisi"}, Limit: Ptr("5"), Offset: Ptr("0"),
			Description: Ptr("研发"), ActiveType: Ptr("USER_ACTIVATE"), GroupName: Ptr("design"),
			ShareSpaceSubscription: Ptr(false), ShareSpaceDesktops: Ptr(false), IsQueryTotalDesktops: Ptr(true),
			EnterpriseProjectId: Ptr("0"), Disabled: Ptr(false), Domain: Ptr("local.com"), PlatformType: Ptr("LOCAL"),
		})
		Equal(names(Value(answer.Users)), []string{"zhangsan"})
		Equal(Value(answer.TotalCount), int32(1))
	})

	Case("each filter finds the users that have it", func() {
		Equal(names(users(model.ListUsersRequest{UserName: Ptr("API-")})), []string{"api-test", "api-test2"})
		Equal(names(users(model.ListUsersRequest{Description: Ptr("张三")})), []string{"zhangsan"})
		Equal(names(users(model.ListUsersRequest{Domain: Ptr("corp.example.com")})), []string{"mapped"})
		Equal(names(users(model.ListUsersRequest{ShareSpaceDesktops: Ptr(true)})), []string{"shares_desktops"})
		Equal(names(users(model.ListUsersRequest{UserNames: &[]string{"zhangsan", "api-test", "nobody"}})), []string{"api-test", "zhangsan"})
		for _, user := range users(model.ListUsersRequest{Disabled: Ptr(true)}) {
			Equal(Value(user.Disabled), true)
		}
		Equal(len(users(model.ListUsersRequest{PlatformType: Ptr("AD")})), 0)
	})

	Case("an account that has expired says so in the list and in the detail", func() {
		user := users(model.ListUsersRequest{UserName: Ptr("temp_contractor")})[0]
		Equal([]any{Value(user.AccountExpires), Value(user.AccountExpired)}, []any{"1609459200000", true})
		detail := Value(Must(show(demo, Value(user.Id))).UserDetail)
		Equal([]any{Value(detail.AccountExpires), Value(detail.UserExpired)}, []any{int64(1609459200000), true})
	})

	Case("wrong parameters are refused by name", func() {
		for parameter, request := range map[string]model.ListUsersRequest{
			"limit":         {Limit: Ptr("ten")},
			"offset":        {Offset: Ptr("-1")},
			"active_type":   {ActiveType: Ptr("NONE")},
			"user_name":     {UserName: Ptr(strings.Repeat("x", 256))},
			"description":   {Description: Ptr(strings.Repeat("x", 101))},
			"group_name":    {GroupName: Ptr(strings.Repeat("x", 65))},
			"platform_type": {PlatformType: Ptr("NONE")},
		} {
			_, err := demo.ListUsers(&request)
			refusedFor(parameter, err)
		}
	})
}

func lives() {
	Case("a user is created, listed, shown, updated and deleted", func() {
		name := Fresh("u")
		id := create(name, func(user *model.CreateUserRequest) {
			user.UserPhone, user.Description, user.AccountExpires = Ptr("+8612345678987"), Ptr("测试 用户"), Ptr("2030-01-01T00:00:00Z")
		})
		Equal(names(Value(list(own, model.ListUsersRequest{UserName: &name}).Users)), []string{name})
		user := shown(id)
		Equal([]string{Value(user.Id), Value(user.UserName), Value(user.ObjectSid)}, []string{id, name, id})
		Equal([]string{Value(user.UserPhone), Value(user.Description)}, []string{"+8612345678987", "测试 用户"})
		Equal([]any{Value(user.AccountExpires), Value(user.UserExpired)}, []any{int64(1893456000000), false})
		answer := Must(update(id, model.EditUserReq{Description: Ptr(""), Disabled: Ptr(true), AccountExpires: Ptr("0")}))
		Equal(Value(answer.Id), id)
		user = shown(id)
		Equal([]any{Value(user.Description), Value(user.Disabled), Value(user.AccountExpires)}, []any{"", true, int64(0)})
		Equal(Value(user.UserEmail), "a@example.com")
		Equal(Must(remove(id)).HttpStatusCode, 204)
		Equal(len(Value(list(own, model.ListUsersRequest{UserName: &name}).Users)), 0)
	})

	Case("an administrator's user needs a password", func() {
		byAdministrator := func(user *model.CreateUserRequest) {
			user.ActiveType = Ptr(model.GetCreateUserRequestActiveTypeEnum().ADMIN_ACTIVATE)
		}
		_, err := tryCreate(Fresh("u"), byAdministrator)
		refusedFor("password", err)
		id := create(Fresh("u"), byAdministrator, func(user *model.CreateUserRequest) { user.Password = Ptr("Passw0rd!") })
		Equal(Value(shown(id).ActiveType).Value(), "ADMIN_ACTIVATE")
	})

	Case("wrong users are refused by the name of the member", func() {
		_, err := tryCreate("9lives")
		refusedFor("user_name", err)
		for member, change := range map[string]func(*model.CreateUserRequest){
			"user_email":      func(user *model.CreateUserRequest) { user.UserEmail = nil },
			"user_phone":      func(user *model.CreateUserRequest) { user.UserPhone = Ptr(strings.Repeat("1", 21)) },
			"account_expires": func(user *model.CreateUserRequest) { user.AccountExpires = Ptr("tomorrow") },
			"description":     func(user *model.CreateUserRequest) { user.Description = Ptr(strings.Repeat("x", 256)) },
		} {
			_, err := tryCreate(Fresh("u"), change)
			refusedFor(member, err)
		}
	})

	Case("a name is taken whatever its case", func() {
		name := Fresh("taken")
		create(name)
		_, err := tryCreate(strings.ToUpper(name))
		Equal(refused(err, "WKS.00170301").ErrorMessage, "The user name already exists.")
	})

	Case("a user that does not exist is refused by every call about one", func() {
		_, shows := show(own, unknown)
		_, updates := update(unknown, model.EditUserReq{Description: Ptr("x")})
		_, deletes := remove(unknown)
		_, acts := act(unknown, model.GetOperateUserReqOpTypeEnum().LOCK)
		_, resets := own.ResetRandomPassword(&model.ResetRandomPasswordRequest{UserId: unknown})
		_, mails := own.SendEmail(&model.SendEmailRequest{UserId: unknown, Body: &model.ResendEmailReq{TemplateId: Ptr("t")}})
		_, devices := own.ListOtpDevicesByUserId(&model.ListOtpDevicesByUserIdRequest{UserId: unknown})
		for _, err := range []error{shows, updates, deletes, acts, resets, mails, devices} {
			Equal(refused(err, userNotFound).ErrorMessage, "The user does not exist.")
		}
	})

	Case("a user is locked, given a password and unlocked", func() {
		id, actions := create(Fresh("u")), model.GetOperateUserReqOpTypeEnum()
		for _, step := range []struct {
			action model.OperateUserReqOpType
			locked bool
		}{{actions.LOCK, true}, {actions.RESET_PWD, true}, {actions.UNLOCK, false}} {
			Equal(Must(act(id, step.action)).HttpStatusCode, 204)
			Equal(Value(shown(id).Locked), step.locked)
		}
		var explode model.OperateUserReqOpType
		Done(explode.UnmarshalJSON([]byte(`"EXPLODE"`)))
		_, err := act(id, explode)
		refusedFor("op_type", err)
		answer := Must(own.ResetRandomPassword(&model.ResetRandomPasswordRequest{UserId: id, NotificationType: Ptr("email,phone")}))
		length := len(Value(answer.Password))
		True(8 <= length && length <= 20, "the password has %d characters", length)
	})

	Case("mail is sent again, and second factors are listed and unbound", func() {
		id := create(Fresh("u"))
		Equal(Must(own.SendEmail(&model.SendEmailRequest{UserId: id, Body: &model.ResendEmailReq{TemplateId: Ptr("t")}})).HttpStatusCode, 204)
		devices := Must(own.ListOtpDevicesByUserId(&model.ListOtpDevicesByUserIdRequest{UserId: id}))
		Equal(Value(devices.OtpDevices), []model.OtpDevice{})
		unbind := model.BatchDeleteOtpDevicesRequest{UserId: id, Body: &model.DelOtpDevicesReq{OtpIds: &[]string{"a", "b"}}}
		Equal(Must(own.BatchDeleteOtpDevices(&unbind)).HttpStatusCode, 204)
	})

	Case("batches are created and deleted whole or not at all", func() {
		word := Fresh("b")
		batch := func(names ...string) (*model.BatchCreateUsersResponse, error) {
			made := Each(names, func(name string) model.CreateUserRequest {
				return model.CreateUserRequest{UserName: name, UserPhone: Ptr("1")}
			})
			return own.BatchCreateUsers(&model.BatchCreateUsersRequest{Body: &model.BatchCreateUsersReq{Users: made}})
		}
		drop := func(ids ...string) (*model.BatchDeleteUserResponse, error) {
			return own.BatchDeleteUser(&model.BatchDeleteUserRequest{Body: &model.BatchDeleteUserReq{UserIds: ids}})
		}
		found := func() []model.User { return Value(list(own, model.ListUsersRequest{UserName: &word}).Users) }
		_, err := batch(word+"-1", word+"-1")
		refused(err, "WKS.00170301")
		_, err = batch()
		refusedFor("users", err)
		Equal(Must(batch(word+"-1", word+"-2")).HttpStatusCode, 200)
		Equal(names(found()), []string{word + "-1", word + "-2"})
		ids := Each(found(), func(user model.User) string { return Value(user.Id) })
		_, err = drop(ids[0], unknown)
		refused(err, userNotFound)
		Equal(Must(drop(ids...)).HttpStatusCode, 204)
		Equal(len(found()), 0)
	})
}

func aboutGroups() {
	nameOf := func(group model.UserGroupInfo) string { return Value(group.Name) }

	Case("groups are listed with every parameter, and walked", func() {
		everyone := Each(groups(demo, model.ListUserGroupsRequest{}), nameOf)
		Equal(everyone[:2], []string{"design", "DomainUsers"})
		found := groups(demo, model.ListUserGroupsRequest{
			Limit: Ptr("100"), Offset: Ptr("0"), Keyword: Ptr("DOMAIN"), Domain: Ptr("local.com"), PlatformType: &[]string{"AD", "UOS"},
		})
		Equal(Each(found, nameOf), []string{"DomainUsers"})
		Equal(Value(found[0].PlatformType).Value(), "AD")
		met := Walk(func(met int) []string {
			return Each(groups(demo, model.ListUserGroupsRequest{Limit: Ptr("2"), Offset: Ptr(strconv.Itoa(met))}), nameOf)
		})
		Equal(met, everyone)
		_, err := demo.ListUserGroups(&model.ListUserGroupsRequest{Limit: Ptr("101")})
		refusedFor("limit", err)
	})

	Case("a group is created, updated, filled, emptied and deleted", func() {
		name := Fresh("g")
		id := createGroup(name)
		_, err := tryCreateGroup(name)
		refused(err, "WKS.00170201")
		change := model.UpdateUserGroupRequest{GroupId: id, Body: &model.EditUserGroupRequest{GroupName: Ptr(name + "-new"), Description: Ptr("after")}}
		Equal(Must(own.UpdateUserGroup(&change)).HttpStatusCode, 200)
		group := groups(own, model.ListUserGroupsRequest{Keyword: &name})[0]
		Equal([]string{Value(group.Name), Value(group.Description)}, []string{name + "-new", "after"})

		actions := model.GetActionsOfUsersInGroupRequestOpTypeEnum()
		first := create(Fresh("u"), func(user *model.CreateUserRequest) { user.Description = Ptr("研发部 一") })
		second := create(Fresh("u"), func(user *model.CreateUserRequest) { user.GroupIds = &[]string{id} })
		Equal(Must(move(id, actions.ADD, first)).HttpStatusCode, 204)
		_, err = move(id, actions.ADD, unknown)
		refused(err, userNotFound)
		Equal(Value(shown(first).GroupNames), []string{name + "-new"})
		idOf := func(user model.UserInGroup) string { return Value(user.Id) }
		Equal(Each(Value(Must(members(own, model.ListUsersOfGroupRequest{GroupId: id})).Users), idOf), []string{first, second})
		filtered := Must(members(own, model.ListUsersOfGroupRequest{
			GroupId: id, UserName: Ptr("u"), Description: Ptr("研发"), EnterpriseProjectId: Ptr("0"), Limit: Ptr(int32(10)), Offset: Ptr(int32(0)),
			ActiveType: Ptr(model.GetListUsersOfGroupRequestActiveTypeEnum().USER_ACTIVATE),
		}))
		Equal(Each(Value(filtered.Users), idOf), []string{first})
		Equal(Value(filtered.TotalCount), int32(1))
		Equal(Must(move(id, actions.DELETE, first, second)).HttpStatusCode, 204)
		Equal(Must(own.DeleteUserGroup(&model.DeleteUserGroupRequest{GroupId: id})).HttpStatusCode, 204)
		_, err = members(own, model.ListUsersOfGroupRequest{GroupId: id})
		refused(err, groupNotFound)
	})

	Case("groups are deleted in a batch, all or none", func() {
		ids := []string{createGroup(Fresh("g")), createGroup(Fresh("g"))}
		drop := func(ids ...string) (*model.BatchDeleteUserGroupsResponse, error) {
			return own.BatchDeleteUserGroups(&model.BatchDeleteUserGroupsRequest{Body: &model.BatchDeleteUserGroupsReq{GroupIds: ids}})
		}
		_, err := drop(ids[0], ids[1], unknown)
		refused(err, groupNotFound)
		Equal(Must(drop(ids...)).HttpStatusCode, 204)
	})
}

func underFaults() {
	inNamespace := func(namespace string) *workspace.WorkspaceClient {
		return connect(AccessKey+"~"+namespace, SecretKey, "", project)
	}
	failed := func(_ any, err error) bool { return err != nil }

	Case("the SDK's retry asks again until the service is well", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "huawei-workspace", "ListUsers", "Internal", 2)
		answer, err := inNamespace(namespace).ListUsersInvoker(&model.ListUsersRequest{Limit: Ptr("3")}).
			WithRetry(5, failed, &retry.None{}).Invoke()
		Done(err)
		Equal(len(Value(answer.(*model.ListUsersResponse).Users)), 3)
		Equal(Calls(namespace, "ListUsers"), []int{500, 500, 200})
	})

	Case("a retry that has been used up tells the last error", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "huawei-workspace", "ListUsers", "Internal", 9)
		_, err := inNamespace(namespace).ListUsersInvoker(&model.ListUsersRequest{}).WithRetry(2, failed, &retry.None{}).Invoke()
		Equal(Fails[*sdkerr.ServiceResponseError](err).StatusCode, 500)
		Equal(Calls(namespace, "ListUsers"), []int{500, 500, 500})
	})

	Case("a create whose answer was lost has happened, as its retry is told", func() {
		for _, effect := range []string{"reset", "truncate"} {
			namespace := Fresh("retry-")
			Disturb(namespace, "huawei-workspace", "CreateDesktopUser", effect, 1)
			body := &model.CreateUserRequest{UserName: Fresh("u"), UserEmail: Ptr("a@example.com")}
			_, err := inNamespace(namespace).CreateDesktopUserInvoker(&model.CreateDesktopUserRequest{Body: body}).
				WithRetry(1, failed, &retry.None{}).Invoke()
			refused(err, "WKS.00170301")
			Equal(len(Calls(namespace, "CreateDesktopUser")), 2, effect)
		}
	})

	Case("without a retry a fault is told at once", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "huawei-workspace", "ListUsers", "Throttled", 1)
		client := inNamespace(namespace)
		_, err := client.ListUsers(&model.ListUsersRequest{})
		refusal := Fails[*sdkerr.ServiceResponseError](err)
		Equal([]any{refusal.StatusCode, refusal.ErrorCode}, []any{429, "APIGW.0308"})
		Must(client.ListUsers(&model.ListUsersRequest{}))
		Equal(Calls(namespace, "ListUsers"), []int{429, 200})
	})

	Case("a namespace in the access key keeps its own users", func() {
		first, second := inNamespace(Fresh("suite-")), inNamespace(Fresh("suite-"))
		id := Value(users(model.ListUsersRequest{UserName: Ptr("zhangsan")})[0].Id)
		Must(first.DeleteUser(&model.DeleteUserRequest{UserId: id}))
		_, err := show(first, id)
		refused(err, userNotFound)
		Equal(Value(Value(Must(show(second, id)).UserDetail).UserName), "zhangsan")
	})

	Case("SM3 and derived keys sign too", func() {
		request := model.ListUsersRequest{Limit: Ptr("2"), Description: Ptr("测试 user+a/b~*")}
		body := &model.CreateUserRequest{UserName: Fresh("u"), UserEmail: Ptr("a@example.com"), Description: Ptr("测试")}
		for name, made := range map[string]func(secretKey string) *workspace.WorkspaceClient{"SM3": bySM3, "derived": byDerivedKey} {
			client := made(SecretKey)
			list(client, request)
			id := Value(Must(client.CreateDesktopUser(&model.CreateDesktopUserRequest{Body: body})).Id)
			Must(client.DeleteUser(&model.DeleteUserRequest{UserId: id}))
			if Strict("huawei-workspace") {
				_, err := made("wrong").ListUsers(&request)
				refusal := Fails[*sdkerr.ServiceResponseError](err)
				Equal([]any{refusal.StatusCode, refusal.ErrorCode}, []any{401, "APIGW.0301"}, name)
			}
		}
	})

	Case("a temporary key goes with its token", func() {
		accessKey, secretKey, token := TemporaryKey()
		Equal(len(Value(list(connect(accessKey, secretKey, token, project), model.ListUsersRequest{Limit: Ptr("2")}).Users)), 2)
		if Strict("huawei-workspace") {
			for _, wrong := range []string{"another", ""} {
				_, err := connect(accessKey, secretKey, wrong, project).ListUsers(&model.ListUsersRequest{})
				Equal(Fails[*sdkerr.ServiceResponseError](err).StatusCode, 401)
			}
		}
	})
}

func main() {
	listing()
	lives()
	aboutGroups()
	underFaults()
	Run()
}
