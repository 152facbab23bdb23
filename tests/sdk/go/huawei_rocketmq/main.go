// sdk: github.com/huaweicloud/huaweicloud-sdk-go-v3

// DMS for RocketMQ through the official Go SDK: huaweicloud-sdk-go-v3, services/rocketmq/v2.
package main

import (
	"regexp"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/invoker/retry"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	rocketmq "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2/model"

	. "rollcall.test/sdk/harness"
)

const (
	unknownInstance = "00000000-0000-4000-8000-000000000000"
	anotherProject  = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	secret          = "N3w-secret"
)

var (
	project       = Setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
	instance      = Setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")       // 4.8.0 with access control; more than two default pages of users
	newerInstance = Setting("newer_instance", "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000") // 5.x, where every user is an administrator
	emptyInstance = Setting("empty_instance", "7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800") // 4.8.0 without access control, and so without users
	client        = connect(AccessKey, SecretKey, "", project)
)

func connect(accessKey, secretKey, token, project string) *rocketmq.RocketMQClient {
	key := basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(secretKey).WithProjectId(project)
	if token != "" {
		key = key.WithSecurityToken(token)
	}
	credentials := Must(key.SafeBuild())
	return rocketmq.NewRocketMQClient(Must(rocketmq.RocketMQClientBuilder().WithEndpoint(BaseURL).WithCredential(credentials).SafeBuild()))
}

func page(limit, offset int) model.ListUserRequest {
	return model.ListUserRequest{InstanceId: instance, Limit: Ptr(int32(limit)), Offset: Ptr(int32(offset))}
}

func list(request model.ListUserRequest) *model.ListUserResponse {
	return Must(client.ListUser(&request))
}

func names(answer *model.ListUserResponse) []string {
	return Each(Value(answer.Users), func(user model.UserResp) string { return Value(user.AccessKey) })
}

func walk(size int) []string {
	return Walk(func(met int) []string { return names(list(page(size, met))) })
}

func create(instance string, user *model.User) (*model.CreateUserResponse, error) {
	return client.CreateUser(&model.CreateUserRequest{InstanceId: instance, Body: user})
}

func show(name string) (*model.ShowUserResponse, error) {
	return client.ShowUser(&model.ShowUserRequest{InstanceId: instance, UserName: name})
}

func update(name string, user *model.User) (*model.UpdateUserResponse, error) {
	return client.UpdateUser(&model.UpdateUserRequest{InstanceId: instance, UserName: name, Body: user})
}

func remove(instance, name string) (*model.DeleteUserResponse, error) {
	return client.DeleteUser(&model.DeleteUserRequest{InstanceId: instance, UserName: name})
}

// withUser makes a user for one case, which is gone when the case is over.
func withUser(instance string, fill func(*model.User), run func(name string, created *model.CreateUserResponse)) {
	user := &model.User{AccessKey: Fresh("sdk-go-"), SecretKey: secret}
	fill(user)
	created := Must(create(instance, user))
	defer func() { Must(remove(instance, user.AccessKey)) }()
	run(user.AccessKey, created)
}

var requestID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// refused wants the error to be of the SDK's class for what a service refuses, with this code and an id to ask about.
func refused(err error, status int, code, message string) {
	refusal := Fails[*sdkerr.ServiceResponseError](err)
	Equal([]any{refusal.StatusCode, refusal.ErrorCode}, []any{status, code})
	if message != "" {
		Equal(refusal.ErrorMessage, message)
	}
	True(requestID.MatchString(refusal.RequestId), "the request id is %q", refusal.RequestId)
}

func refusedList(request model.ListUserRequest, status int, code, message string) {
	_, err := client.ListUser(&request)
	refused(err, status, code, message)
}

func listing() {
	Case("the first user is the one of the document with all eight fields", func() {
		user := Value(list(page(1, 0)).Users)[0]
		Equal(
			[]string{Value(user.AccessKey), Value(user.SecretKey), Value(user.WhiteRemoteAddress), Value(user.DefaultTopicPerm).Value(), Value(user.DefaultGroupPerm).Value()},
			[]string{"test_01", "x1234567@", "", "SUB", "DENY"},
		)
		Equal(Value(user.Admin), false)
		Equal(Value(user.TopicPerms), []model.UserTopicPerms{})
		Equal(Value(user.GroupPerms), []model.UserRespGroupPerms{})
	})

	Case("permissions on topics and groups are names with a permission of the SDK's own kind", func() {
		for _, user := range Value(list(page(50, 0)).Users) {
			if Value(user.AccessKey) != "order-service" {
				continue
			}
			topics, kinds := Value(user.TopicPerms), model.GetUserTopicPermsPermEnum()
			Equal([]string{Value(topics[0].Name), Value(topics[1].Name)}, []string{"orders", "refunds"})
			Equal([]model.UserTopicPermsPerm{Value(topics[0].Perm), Value(topics[1].Perm)}, []model.UserTopicPermsPerm{kinds.PUB_SUB, kinds.PUB})
			groups := Value(user.GroupPerms)
			Equal([]string{Value(groups[0].Name), Value(groups[0].Perm).Value()}, []string{"order-workers", "SUB"})
			return
		}
		Fail("the demo has no order-service")
	})

	Case("every user of a 5.x instance is an administrator", func() {
		found := Value(list(model.ListUserRequest{InstanceId: newerInstance}).Users)
		True(len(found) > 0, "the 5.x instance has no users")
		for _, user := range found {
			Equal([]any{Value(user.Admin), Value(user.DefaultTopicPerm).Value(), Value(user.DefaultGroupPerm).Value()}, []any{true, "PUB|SUB", "SUB"})
		}
	})

	Case("an instance without users has an empty list and total zero", func() {
		answer := list(model.ListUserRequest{InstanceId: emptyInstance})
		Equal(Value(answer.Users), []model.UserResp{})
		Equal(answer.Total, float32(0))
	})

	Case("a page holds ten users unless asked otherwise, and total counts the instance", func() {
		answer := list(model.ListUserRequest{InstanceId: instance})
		Equal([]int{answer.HttpStatusCode, len(names(answer))}, []int{200, 10})
		Equal(list(page(1, 0)).Total, answer.Total)
		True(answer.Total > 20, "the demo holds more than two default pages")
	})

	Case("walks in pages of any size meet every user once in the same order", func() {
		everyone := walk(50)
		Unique(everyone)
		Equal(float32(len(everyone)), list(page(1, 0)).Total)
		for _, size := range []int{1, 7, 10} {
			Equal(walk(size), everyone, "walk by", size)
		}
		Equal(names(list(page(3, 4))), everyone[4:7])
	})

	Case("past the end is an empty page with the true total", func() {
		beyond := list(page(10, 100_000))
		Equal(names(beyond), []string{})
		Equal(beyond.Total, list(page(1, 0)).Total)
	})
}

func refusals() {
	Case("limits outside 1 to 50 are refused with DMS.00400062", func() {
		for _, limit := range []int{0, -1, 51, 1_000_000} {
			refusedList(page(limit, 0), 400, "DMS.00400062", "Invalid {0} parameter in the request.")
		}
	})

	Case("a bad offset is refused with DMS.40050010, and before a bad limit", func() {
		refusedList(page(10, -1), 400, "DMS.40050010", "Offset parameter is invalid.")
		refusedList(page(0, -1), 400, "DMS.40050010", "")
	})

	Case("an unknown instance is 404 with DMS.00404022, in another project too", func() {
		refusedList(model.ListUserRequest{InstanceId: unknownInstance, Limit: Ptr(int32(0))}, 404, "DMS.00404022", "This instance does not exist.")
		if !Strict("huawei-rocketmq") { // there another project is another's, and refused as such
			_, err := connect(AccessKey, SecretKey, "", anotherProject).ListUser(&model.ListUserRequest{InstanceId: instance})
			refused(err, 404, "DMS.00404022", "")
		}
		_, err := client.ShowInstance(&model.ShowInstanceRequest{InstanceId: unknownInstance})
		refused(err, 404, "DMS.00404022", "")
	})

	Case("an instance id that is no uuid is refused with DMS.00400030", func() {
		refusedList(model.ListUserRequest{InstanceId: "my-instance"}, 400, "DMS.00400030", "Invalid DMS instance id. The id must be a uuid.")
	})

	Case("users that do not exist are 400 with DMS.00500972", func() {
		_, shows := show("a b用户")
		_, updates := update("nobody-here", &model.User{AccessKey: "nobody-here", SecretKey: secret})
		_, deletes := remove(instance, "nobody-here")
		for _, err := range []error{shows, updates, deletes} {
			refused(err, 400, "DMS.00500972", "The user does not exist.")
		}
	})

	Case("bad users are refused", func() {
		var nonsense model.UserDefaultTopicPerm
		Done(nonsense.UnmarshalJSON([]byte(`"ALL"`)))
		for _, wrong := range []struct {
			user *model.User
			code string
		}{
			{&model.User{AccessKey: "test_01", SecretKey: secret}, "DMS.00400800"},
			{&model.User{AccessKey: "short", SecretKey: secret}, "DMS.00500960"},
			{&model.User{AccessKey: "long-enough", SecretKey: "weak"}, "DMS.00500960"},
			{&model.User{AccessKey: "long-enough"}, "DMS.00500960"},
			{&model.User{AccessKey: "long-enough", SecretKey: secret, DefaultTopicPerm: &nonsense}, "DMS.00400800"},
			{&model.User{AccessKey: "long-enough", SecretKey: secret, WhiteRemoteAddress: Ptr("here")}, "DMS.00400800"},
		} {
			_, err := create(instance, wrong.user)
			refused(err, 400, wrong.code, "")
		}
	})

	Case("without access control there are no new users", func() {
		_, err := create(emptyInstance, &model.User{AccessKey: "long-enough", SecretKey: secret})
		refused(err, 400, "DMS.00400026", "")
	})
}

func lives() {
	Case("a user is created, listed, shown, changed and deleted", func() {
		before := walk(50)
		bySub := func(user *model.User) { user.DefaultTopicPerm = Ptr(model.GetUserDefaultTopicPermEnum().SUB) }
		var gone string
		withUser(instance, bySub, func(name string, created *model.CreateUserResponse) {
			gone = name
			Equal([]string{Value(created.AccessKey), Value(created.SecretKey), Value(created.DefaultTopicPerm).Value()}, []string{name, secret, "SUB"})
			Equal(walk(50), append(before[:len(before):len(before)], name))
			shown := Must(show(name))
			Equal([]string{Value(shown.AccessKey), Value(shown.SecretKey), Value(shown.DefaultTopicPerm).Value()}, []string{name, secret, "SUB"})
			// The SDK always sends both keys; an empty secret keeps the one that is there.
			changed := Must(update(name, &model.User{AccessKey: name, WhiteRemoteAddress: Ptr("10.0.0.1")}))
			Equal([]string{Value(changed.WhiteRemoteAddress), Value(changed.SecretKey), Value(changed.DefaultTopicPerm).Value()}, []string{"10.0.0.1", secret, "SUB"})
			Equal(Value(Must(show(name)).WhiteRemoteAddress), "10.0.0.1")
		})
		Equal(walk(50), before)
		_, err := show(gone)
		refused(err, 400, "DMS.00500972", "")
	})

	Case("permissions come back as they were sent", func() {
		kinds := model.GetUserTopicPermsPermEnum()
		fill := func(user *model.User) {
			user.TopicPerms = &[]model.UserTopicPerms{{Name: Ptr("b"), Perm: &kinds.PUB}, {Name: Ptr("主题"), Perm: &kinds.PUB_SUB}}
			user.GroupPerms = &[]model.UserGroupPerms{{Name: Ptr("g"), Perm: Ptr(model.GetUserGroupPermsPermEnum().DENY)}}
		}
		withUser(instance, fill, func(name string, _ *model.CreateUserResponse) {
			shown := Must(show(name))
			topics := Each(Value(shown.TopicPerms), func(one model.UserTopicPerms) string { return Value(one.Name) + " " + Value(one.Perm).Value() })
			groups := Each(Value(shown.GroupPerms), func(one model.UserRespGroupPerms) string { return Value(one.Name) + " " + Value(one.Perm).Value() })
			Equal(topics, []string{"b PUB", "主题 PUB|SUB"})
			Equal(groups, []string{"g DENY"})
			emptied := Must(update(name, &model.User{AccessKey: name, TopicPerms: &[]model.UserTopicPerms{}}))
			Equal(Value(emptied.TopicPerms), []model.UserTopicPerms{})
		})
	})

	Case("what was never sent follows from admin, and on a 5.x instance everybody is one", func() {
		withUser(instance, func(user *model.User) { user.Admin = Ptr(true) }, func(_ string, created *model.CreateUserResponse) {
			Equal([]string{Value(created.DefaultTopicPerm).Value(), Value(created.DefaultGroupPerm).Value()}, []string{"PUB|SUB", "SUB"})
		})
		withUser(newerInstance, func(user *model.User) { user.Admin = Ptr(false) }, func(_ string, created *model.CreateUserResponse) {
			Equal([]any{Value(created.Admin), Value(created.DefaultTopicPerm).Value()}, []any{true, "PUB|SUB"})
		})
	})
}

func policies() {
	perms := func(policies *[]model.ListAccessPolicyRespPolicies) map[string]string {
		found := map[string]string{}
		for _, policy := range Value(policies) {
			found[Value(policy.AccessKey)] = Value(policy.Perm)
		}
		return found
	}
	topic := func(limit, offset int32) (*model.ListTopicAccessPolicyResponse, error) {
		return client.ListTopicAccessPolicy(&model.ListTopicAccessPolicyRequest{InstanceId: instance, Topic: "orders", Limit: &limit, Offset: &offset})
	}

	Case("the policies of a topic are what each user may do with it, in pages like users", func() {
		answer := Must(topic(50, 0))
		Equal([]any{Value(answer.Name), answer.Total}, []any{"orders", list(page(1, 0)).Total})
		found := perms(answer.Policies)
		Equal([]string{found["test_01"], found["order-service"], found["mq_admin_root"]}, []string{"SUB", "PUB|SUB", "PUB|SUB"})
		two := Each(Value(Must(topic(2, 1)).Policies), func(policy model.ListAccessPolicyRespPolicies) string { return Value(policy.AccessKey) })
		Equal(two, names(list(page(2, 1))))
		_, err := topic(51, 0)
		refused(err, 400, "DMS.00400062", "")
		_, err = topic(10, -1)
		refused(err, 400, "DMS.40050010", "")
	})

	Case("the policies of a group are the same at its addresses", func() {
		newer := Must(client.ListConsumeGroupAccessPolicyForRocketMq(&model.ListConsumeGroupAccessPolicyForRocketMqRequest{
			InstanceId: instance, Group: "order-workers", Limit: Ptr(int32(50)), Offset: Ptr(int32(0)),
		}))
		found := perms(newer.Policies)
		Equal([]string{found["test_01"], found["order-service"], found["mq_admin_root"]}, []string{"DENY", "SUB", "SUB"})
		for _, engine := range []string{"rocketmq", "reliability"} {
			older := Must(client.ListConsumeGroupAccessPolicy(&model.ListConsumeGroupAccessPolicyRequest{
				Engine: engine, InstanceId: instance, Group: "order-workers", Limit: Ptr(int32(50)), Offset: Ptr(int32(0)),
			}))
			Equal(perms(older.Policies), found)
		}
	})
}

func instances() {
	engine := model.GetListInstancesRequestEngineEnum().ROCKETMQ
	ids := func(request model.ListInstancesRequest) []string {
		request.Engine = engine
		answer := Must(client.ListInstances(&request))
		return Each(Value(answer.Instances), func(one model.InstanceDetail) string { return Value(one.InstanceId) })
	}

	Case("instances are listed with every parameter", func() {
		everyone := ids(model.ListInstancesRequest{Limit: Ptr(int32(50))})
		for _, expected := range []string{instance, newerInstance, emptyInstance} {
			True(strings.Contains(strings.Join(everyone, " "), expected), "%s is not among %v", expected, everyone)
		}
		shown := Must(client.ShowInstance(&model.ShowInstanceRequest{InstanceId: instance}))
		Equal([]string{Value(shown.Engine), Value(shown.EngineVersion), Value(shown.Status)}, []string{"reliability", "4.8.0", "RUNNING"})
		Equal(Value(shown.EnableAcl), true)
		Equal(ids(model.ListInstancesRequest{
			Name: shown.Name, InstanceId: &instance, EnterpriseProjectId: Ptr("0"), Limit: Ptr(int32(10)), Offset: Ptr(int32(0)),
			Status:         Ptr(model.GetListInstancesRequestStatusEnum().RUNNING),
			IncludeFailure: Ptr(model.GetListInstancesRequestIncludeFailureEnum().TRUE),
			ExactMatchName: Ptr(model.GetListInstancesRequestExactMatchNameEnum().TRUE),
		}), []string{instance})
		Equal(ids(model.ListInstancesRequest{InstanceId: &newerInstance}), []string{newerInstance})
	})
}

func underFaults() {
	inNamespace := func(namespace string) *rocketmq.RocketMQClient {
		return connect(AccessKey+"~"+namespace, SecretKey, "", project)
	}
	request := model.ListUserRequest{InstanceId: instance, Limit: Ptr(int32(3))}
	failed := func(_ any, err error) bool { return err != nil }

	Case("the SDK's retry asks again until the service is well, and no longer", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "huawei-rocketmq", "ListUser", "Internal", 2)
		answer := Must(inNamespace(namespace).ListUserInvoker(&request).WithRetry(5, failed, &retry.None{}).Invoke())
		Equal(len(names(answer.(*model.ListUserResponse))), 3)
		Equal(Calls(namespace, "ListUser"), []int{500, 500, 200})
	})

	Case("a create that is answered with a fault has not happened", func() {
		namespace, user := Fresh("retry-"), &model.User{AccessKey: Fresh("sdk-go-"), SecretKey: secret}
		Fault(namespace, "huawei-rocketmq", "CreateUser", "QuotaReached", 1)
		create := model.CreateUserRequest{InstanceId: instance, Body: user}
		_, err := inNamespace(namespace).CreateUser(&create)
		refused(err, 400, "DMS.00400039", "The quota limit has been reached.")
		Must(inNamespace(namespace).CreateUser(&create))
		Equal(Calls(namespace, "CreateUser"), []int{400, 200})
	})

	Case("a namespace in the access key keeps its own users", func() {
		first, second := inNamespace(Fresh("suite-")), inNamespace(Fresh("suite-"))
		Must(first.DeleteUser(&model.DeleteUserRequest{InstanceId: instance, UserName: "test_01"}))
		_, err := first.ShowUser(&model.ShowUserRequest{InstanceId: instance, UserName: "test_01"})
		refused(err, 400, "DMS.00500972", "")
		Equal(Value(Must(second.ShowUser(&model.ShowUserRequest{InstanceId: instance, UserName: "test_01"})).AccessKey), "test_01")
	})

	Case("a temporary key goes with its token", func() {
		accessKey, secretKey, token := TemporaryKey()
		Equal(len(names(Must(connect(accessKey, secretKey, token, project).ListUser(&request)))), 3)
		if Strict("huawei-rocketmq") {
			for _, wrong := range []string{"another", ""} {
				_, err := connect(accessKey, secretKey, wrong, project).ListUser(&request)
				Equal(Fails[*sdkerr.ServiceResponseError](err).StatusCode, 401)
			}
		}
	})
}

func main() {
	listing()
	refusals()
	lives()
	policies()
	instances()
	underFaults()
	Run()
}
