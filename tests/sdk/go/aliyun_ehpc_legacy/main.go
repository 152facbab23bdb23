// sdk: github.com/aliyun/alibaba-cloud-sdk-go

// E-HPC 2018-04-12 through the older official Go SDK: alibaba-cloud-sdk-go 1.62.461, services/ehpc, the last with these operations,
// and its common request, which reaches 2024-07-30 too.
package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ehpc"

	. "rollcall.test/sdk/harness"
)

const password = "Aa1!*~/+&=aaa" // needs escaping in a query, and once more in a string to sign

var (
	cluster = Setting("cluster", "ehpc-hz-vu7c2WkVGx")
	broken  = Setting("broken_cluster", "ehpc-hz-9T3xxStop1") // not running
	empty   = Setting("empty_cluster", "ehpc-hz-Empty2024a")  // running, and without users; the cases that write leave it so
	next    = Setting("next_cluster", "ehpc-hz-Next240730")   // one that only 2024-07-30 sees
	own     = connect(AccessKey, SecretKey, "", false)
)

func connect(accessKey, secretKey, token string, retry bool) *ehpc.Client {
	var key auth.Credential = credentials.NewAccessKeyCredential(accessKey, secretKey)
	if token != "" {
		key = credentials.NewStsTokenCredential(accessKey, secretKey, token)
	}
	config := sdk.NewConfig().WithScheme(strings.ToUpper(Scheme)).WithAutoRetry(retry).WithMaxRetryTime(3)
	return Must(ehpc.NewClientWithOptions("cn-hangzhou", config, key))
}

// here sends a request to the server under test.
func here(request *requests.RpcRequest) {
	request.SetDomain(Host)
	request.Port = strconv.Itoa(Port)
	request.SetScheme(strings.ToUpper(Scheme))
}

func tryList(client *ehpc.Client, cluster string, change ...func(*ehpc.ListUsersAsyncRequest)) (*ehpc.ListUsersAsyncResponse, error) {
	request := ehpc.CreateListUsersAsyncRequest()
	here(request.RpcRequest)
	request.ClusterId = cluster
	for _, one := range change {
		one(request)
	}
	return client.ListUsersAsync(request)
}

func page(number, size int) func(*ehpc.ListUsersAsyncRequest) {
	return func(request *ehpc.ListUsersAsyncRequest) {
		request.PageNumber, request.PageSize = requests.NewInteger(number), requests.NewInteger(size)
	}
}

func names(answer *ehpc.ListUsersAsyncResponse) []string {
	return Each(answer.Users.UserInfo, func(user ehpc.UserInfo) string { return user.Name })
}

func add(client *ehpc.Client, cluster string, users ...ehpc.AddUsersUser) error {
	request := ehpc.CreateAddUsersRequest()
	here(request.RpcRequest)
	request.ClusterId, request.Async, request.User = cluster, requests.NewBoolean(true), &users
	_, err := client.AddUsers(request)
	return err
}

func remove(client *ehpc.Client, cluster string, names ...string) error {
	request := ehpc.CreateDeleteUsersRequest()
	here(request.RpcRequest)
	users := Each(names, func(name string) ehpc.DeleteUsersUser { return ehpc.DeleteUsersUser{Name: name} })
	request.ClusterId, request.User = cluster, &users
	_, err := client.DeleteUsers(request)
	return err
}

func user(name, group string) ehpc.AddUsersUser {
	return ehpc.AddUsersUser{Name: name, Group: group, Password: password}
}

var requestID = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

// refused wants the SDK's class for what the service says, with this status and code, and an id to ask about.
func refused(err error, status int, code, message string) *sdkerrors.ServerError {
	refusal := Fails[*sdkerrors.ServerError](err)
	Equal([]any{refusal.HttpStatus(), refusal.ErrorCode()}, []any{status, code})
	if message != "" {
		Equal(refusal.Message(), message)
	}
	True(requestID.MatchString(refusal.RequestId()), "the request id is %q", refusal.RequestId())
	Equal(refusal.HostId(), "ehpc.cn-hangzhou.aliyuncs.com")
	return refusal
}

func listing() {
	Case("the first user is the one of the document", func() {
		answer := Must(tryList(own, cluster))
		Equal([]int{answer.GetHttpStatus(), answer.PageNumber, answer.PageSize, len(answer.Users.UserInfo)}, []int{200, 1, 10, 10})
		Equal(answer.AsyncStatus, "Success")
		Equal(answer.Users.UserInfo[0], ehpc.UserInfo{Name: "testuser", Group: "wheel", UserId: "1000", GroupId: "10", AddTime: "2022-09-28T09:05:26.000Z"})
	})

	Case("walks in pages of any size meet every user once in the same order", func() {
		everyone := names(Must(tryList(own, cluster, page(1, 50))))
		Unique(everyone)
		Equal(len(everyone), Must(tryList(own, cluster)).TotalCount)
		for _, size := range []int{1, 7, 10} {
			met := Walk(func(met int) []string { return names(Must(tryList(own, cluster, page((met+size-1)/size+1, size)))) })
			Equal(met, everyone, "walk by", size)
		}
	})

	Case("a task is polled by its id, and another cluster's is none", func() {
		task := Must(tryList(own, cluster)).AsyncId
		True(regexp.MustCompile(`^t-hz[0-9a-z]{13}$`).MatchString(task), "the task is %q", task)
		ofTask := func(request *ehpc.ListUsersAsyncRequest) { request.AsyncId = task }
		again := Must(tryList(own, cluster, ofTask, page(2, 10)))
		Equal([]any{again.AsyncId, again.AsyncStatus, again.PageNumber}, []any{task, "Success", 2})
		_, err := tryList(own, empty, ofTask)
		refused(err, 400, "InvalidParams", "The specified parameter AsyncId is invalid.")
	})

	Case("ListUsers has no ids, and times without a zone", func() {
		request := ehpc.CreateListUsersRequest()
		here(request.RpcRequest)
		request.ClusterId, request.PageNumber, request.PageSize = cluster, requests.NewInteger(1), requests.NewInteger(1)
		answer := Must(own.ListUsers(request))
		Equal(answer.Users.UserInfo, []ehpc.UserInfo{{Name: "testuser", Group: "wheel", AddTime: "2022-09-28T09:05:26"}})
		Equal(answer.TotalCount, Must(tryList(own, cluster)).TotalCount)
	})

	Case("clusters are listed and described", func() {
		request := ehpc.CreateListClustersRequest()
		here(request.RpcRequest)
		request.PageNumber, request.PageSize = requests.NewInteger(1), requests.NewInteger(50)
		found := map[string]string{}
		for _, one := range Must(own.ListClusters(request)).Clusters.ClusterInfoSimple {
			found[one.Id] = one.Status
		}
		Equal([]string{found[cluster], found[broken], found[empty]}, []string{"running", "exception", "running"})
		describe := func(id string) (*ehpc.DescribeClusterResponse, error) {
			request := ehpc.CreateDescribeClusterRequest()
			here(request.RpcRequest)
			request.ClusterId = id
			return own.DescribeCluster(request)
		}
		info := Must(describe(broken)).ClusterInfo
		Equal([]string{info.Id, info.Status}, []string{broken, "exception"})
		_, err := describe("x")
		refused(err, 404, "ClusterNotFound", "The specified cluster does not exist.")
	})
}

func refusals() {
	Case("windows out of bounds and what is no integer are refused", func() {
		for _, size := range []int{0, 51, -1} {
			_, err := tryList(own, cluster, page(1, size))
			refused(err, 400, "InvalidParams", "The specified parameter PageSize is invalid.")
		}
		_, err := tryList(own, cluster, page(0, 10))
		refused(err, 400, "InvalidParams", "The specified parameter PageNumber is invalid.")
		_, err = tryList(own, cluster, func(request *ehpc.ListUsersAsyncRequest) { request.PageSize = "ten" })
		refused(err, 400, "InvalidPageSize", "Specified parameter PageSize is not valid.")
	})

	Case("clusters are missing, unknown or not running", func() {
		_, err := tryList(own, "")
		refused(err, 400, "MissingClusterId", "ClusterId is mandatory for this action.")
		_, err = tryList(own, "ehpc-hz-Nothing01")
		refused(err, 404, "ClusterNotFound", "The specified cluster does not exist.")
		_, err = tryList(own, broken)
		refused(err, 403, "InvalidClusterStatus", "The operation failed due to invalid cluster status.")
	})
}

func lives() {
	Case("users are added, moved, given a password and deleted", func() {
		Done(add(own, empty, user("alice.w", "users"), user("bob.zhang", "wheel")))
		defer func() {
			Done(remove(own, empty, "alice.w", "bob.zhang"))
			Equal(Must(tryList(own, empty)).TotalCount, 0)
		}()
		Equal(names(Must(tryList(own, empty))), []string{"alice.w", "bob.zhang"})
		refused(add(own, empty, user("alice.w", "users")), 406, "AgentError.Account.UserAlreadyExist", "The specified user already exists in domain: alice.w.")

		groups := ehpc.CreateModifyUserGroupsRequest()
		here(groups.RpcRequest)
		groups.ClusterId, groups.User = empty, &[]ehpc.ModifyUserGroupsUser{{Name: "alice.w", Group: "wheel"}}
		Must(own.ModifyUserGroups(groups))
		moved := Must(tryList(own, empty)).Users.UserInfo[0]
		Equal([]string{moved.Group, moved.GroupId}, []string{"wheel", "10"})

		passwords := ehpc.CreateModifyUserPasswordsRequest()
		here(passwords.RpcRequest)
		passwords.ClusterId, passwords.User = empty, &[]ehpc.ModifyUserPasswordsUser{{Name: "alice.w", Password: "Bb2@bbbb"}}
		Must(own.ModifyUserPasswords(passwords))
		passwords = ehpc.CreateModifyUserPasswordsRequest()
		here(passwords.RpcRequest)
		passwords.ClusterId, passwords.User = empty, &[]ehpc.ModifyUserPasswordsUser{{Name: "alice.w", Password: "weak"}}
		_, err := own.ModifyUserPasswords(passwords)
		refused(err, 400, "InvalidParams", "The specified parameter User.1.Password is invalid.")
	})

	Case("the first field against the rules is named, and missing users too", func() {
		refused(add(own, empty, user("alice.w", "users"), user("short", "users")), 400, "InvalidParams", "The specified parameter User.2.Name is invalid.")
		refused(add(own, empty, user("good.name", "root")), 400, "InvalidParams", "The specified parameter User.1.Group is invalid.")
		refused(add(own, empty), 400, "MissingUser", "User is mandatory for this action.")
		refused(remove(own, cluster, "testuser", "nobody"), 406, "AgentError.Account.UserNotExist", "")
		Equal(names(Must(tryList(own, cluster)))[0], "testuser")
	})

	Case("users are synchronized with the region that the SDK adds by itself", func() {
		sync := func(cluster string) error {
			request := ehpc.CreateSyncUsersRequest()
			here(request.RpcRequest)
			request.ClusterId = cluster
			_, err := own.SyncUsers(request)
			return err
		}
		Done(sync(cluster))
		refused(sync(broken), 403, "InvalidClusterStatus", "")
	})
}

func commonly() {
	call := func(method, version, action string, query, form map[string]string) (map[string]any, error) {
		request := requests.NewCommonRequest()
		request.Method, request.Version, request.ApiName = method, version, action
		request.Domain, request.Scheme = Address, Scheme
		for name, value := range query {
			request.QueryParams[name] = value
		}
		for name, value := range form {
			request.FormParams[name] = value
		}
		answer, err := own.ProcessCommonRequest(request)
		if err != nil {
			return nil, err
		}
		var body map[string]any
		return body, json.Unmarshal(answer.GetHttpContentBytes(), &body)
	}

	Case("a common request brings its parameters in the query or in a form", func() {
		for _, version := range []string{"2018-04-12", "2024-07-30"} {
			id, name := map[string]string{"2018-04-12": cluster, "2024-07-30": next}[version], map[string]string{"2018-04-12": "Name", "2024-07-30": "UserName"}[version]
			inQuery := Must(call("GET", version, "ListUsers", map[string]string{"ClusterId": id, "PageSize": "3"}, nil))
			inForm := Must(call("POST", version, "ListUsers", map[string]string{"PageSize": "3"}, map[string]string{"ClusterId": id}))
			Equal(inQuery["Users"], inForm["Users"])
			users := inForm["Users"].(map[string]any)["UserInfo"].([]any)
			Equal([]any{len(users), users[0].(map[string]any)[name]}, []any{3, "testuser"})
		}
	})

	Case("a common request meets the errors of the gateway", func() {
		_, err := call("POST", "2018-04-12", "ListUserz", nil, nil)
		Equal(Fails[*sdkerrors.ServerError](err).ErrorCode(), "InvalidAction.NotFound")
		_, err = call("POST", "2019-01-01", "ListUsers", nil, nil)
		Equal(Fails[*sdkerrors.ServerError](err).ErrorCode(), "InvalidVersion")
	})
}

func underFaults() {
	inNamespace := func(namespace string, retry bool) *ehpc.Client {
		return connect(AccessKey+"~"+namespace, SecretKey, "", retry)
	}

	Case("with AutoRetry the SDK asks again after what the server broke, and not after what it refused", func() {
		for name, statuses := range map[string][]int{
			"ServiceUnavailable": {503, 503, 200},
			"InternalError":      {500, 500, 200},
			"ThrottlingUser":     {400},
		} {
			namespace := Fresh("retry-")
			Fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 2)
			_, err := tryList(inNamespace(namespace, true), cluster)
			Equal(Calls(namespace, "ListUsersAsync"), statuses, name)
			Equal(err == nil, statuses[len(statuses)-1] == 200, name)
		}
	})

	Case("tries that have been used up, or were never wanted, tell the error", func() {
		for retry, tries := range map[bool]int{true: 4, false: 1} {
			namespace := Fresh("retry-")
			Fault(namespace, "aliyun-ehpc", "ListUsersAsync", "ServiceUnavailable", 20)
			_, err := tryList(inNamespace(namespace, retry), cluster)
			refused(err, 503, "ServiceUnavailable", "")
			Equal(len(Calls(namespace, "ListUsersAsync")), tries, fmt.Sprintf("AutoRetry %t", retry))
		}
	})

	Case("with AutoRetry a connection that breaks is tried again", func() {
		namespace := Fresh("retry-")
		Disturb(namespace, "aliyun-ehpc", "ListUsersAsync", "reset", 2)
		Equal(names(Must(tryList(inNamespace(namespace, true), cluster)))[0], "testuser")
		namespace = Fresh("retry-")
		Disturb(namespace, "aliyun-ehpc", "ListUsersAsync", "reset", 9)
		_, err := tryList(inNamespace(namespace, false), cluster)
		True(err != nil, "the call was answered")
	})

	Case("a namespace in the access key keeps its own users", func() {
		suite := inNamespace(Fresh("suite-"), false)
		Done(remove(suite, cluster, "testuser"))
		Equal(names(Must(tryList(suite, cluster)))[0], "alice.wang")
		Equal(names(Must(tryList(own, cluster)))[0], "testuser")
	})

	Case("a temporary key goes with its token", func() {
		accessKey, secretKey, token := TemporaryKey()
		Equal(names(Must(tryList(connect(accessKey, secretKey, token, false), cluster)))[0], "testuser")
		if Strict("aliyun-ehpc") {
			for _, wrong := range []string{"another", ""} {
				_, err := tryList(connect(accessKey, secretKey, wrong, false), cluster)
				Equal(Fails[*sdkerrors.ServerError](err).ErrorCode(), "InvalidSecurityToken.Malformed")
			}
		}
	})

	Case("the SDK knows that the secret is at fault, and an unknown key is 404", func() {
		_, err := tryList(connect(AccessKey, "wrong", "", false), cluster)
		if !Strict("aliyun-ehpc") {
			Done(err)
			return
		}
		// It holds the string to sign in the message against its own, and blames the secret where they are equal.
		refusal := refused(err, 400, "SignatureDoesNotMatch", "")
		Equal(refusal.Recommend(), "InvalidAccessKeySecret: Please check you AccessKeySecret")
		_, err = tryList(connect("nobody", SecretKey, "", false), cluster)
		refused(err, 404, "InvalidAccessKeyId.NotFound", "")
	})
}

func main() {
	listing()
	refusals()
	lives()
	commonly()
	underFaults()
	Run()
}
