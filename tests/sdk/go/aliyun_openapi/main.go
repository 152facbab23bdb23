// sdk: github.com/alibabacloud-go/darabonba-openapi/v2

// E-HPC 2018-04-12 and 2024-07-30 through the generic calls of the official Go SDK's core: darabonba-openapi v2.
//
// The generated modules above it, ehpc-20180412 and ehpc-20240730, are not served by the module proxy (see ../../README.md). What is
// here of them is what they do for each action: the parameters as they flatten them, and the types of what they hold.
// Every case that lists runs in every mode: signed with ACS3-HMAC-SHA256 in headers, in the SDK's v2 mode, in the query, and with
// ACS3-HMAC-SM3.
package main

import (
	"encoding/json"
	"regexp"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"

	. "rollcall.test/sdk/harness"
)

const (
	older    = "2018-04-12"
	newer    = "2024-07-30"
	password = "Aa1!*~/+&=aaa" // needs escaping in a query, and once more in a string to sign
)

var (
	cluster      = Setting("cluster", "ehpc-hz-vu7c2WkVGx")
	broken       = Setting("broken_cluster", "ehpc-hz-9T3xxStop1") // not running
	empty        = Setting("empty_cluster", "ehpc-hz-Empty2024a")  // running, and without users; the cases that write leave it so
	hybrid       = Setting("hybrid_cluster", "ehpc-sz-Hybrid0001")
	newerCluster = Setting("next_cluster", "ehpc-hz-Next240730") // only 2024-07-30 sees these
	newerEmpty   = Setting("next_empty_cluster", "ehpc-hz-NextEmpty1")
	newerStopped = Setting("next_stopped_cluster", "ehpc-sh-Stopped01")
	modes        = []string{"", "v2", "ACS3-HMAC-SM3"}
)

// users is the body of ListUsersAsync and of ListUsers of both versions, with the generated types.
type users struct {
	AsyncId     *string
	AsyncStatus *string
	PageNumber  *int32
	PageSize    *int32
	RequestId   *string
	TotalCount  *int32
	Users       *struct{ UserInfo []*userInfo }
}

type userInfo struct {
	Name     *string // until 2024-07-30
	UserName *string // since
	AddTime  *string
	Group    *string
	GroupId  *string
	UserId   *string
}

type parameters = map[string]any

func connect(mode, accessKey, secretKey, token string, change ...func(*openapi.Config)) *openapi.Client {
	config := &openapi.Config{
		AccessKeyId: &accessKey, AccessKeySecret: &secretKey, Endpoint: &Address, Protocol: &Scheme, RegionId: Ptr("cn-hangzhou"),
	}
	if token != "" {
		config.SecurityToken, config.Type = &token, Ptr("sts")
	}
	if mode != "" {
		config.SignatureAlgorithm = &mode
	}
	for _, one := range change {
		one(config)
	}
	return Must(openapi.NewClient(config))
}

func in(mode string) *openapi.Client { return connect(mode, AccessKey, SecretKey, "") }

// call does what a generated client does for an action of the RPC style, and puts the body into a value of its type.
func call(client *openapi.Client, method, version, action string, request parameters, body any) (status int, err error) {
	answer, err := client.CallApi(
		&openapi.Params{
			Action: &action, Version: &version, Protocol: Ptr("HTTPS"), Pathname: Ptr("/"), Method: &method, AuthType: Ptr("AK"),
			Style: Ptr("RPC"), ReqBodyType: Ptr("formData"), BodyType: Ptr("json"),
		},
		&openapi.OpenApiRequest{Query: openapiutil.Query(request)}, &dara.RuntimeOptions{},
	)
	if err != nil {
		return 0, err
	}
	whole := struct {
		StatusCode int `json:"statusCode"`
		Body       any `json:"body"`
	}{Body: body}
	err = dara.Convert(answer, &whole)
	return whole.StatusCode, err
}

func list(client *openapi.Client, version, cluster string, more parameters) (*users, error) {
	request, action := parameters{"ClusterId": cluster}, map[string]string{older: "ListUsersAsync", newer: "ListUsers"}[version]
	for name, value := range more {
		request[name] = value
	}
	body := &users{}
	_, err := call(client, "GET", version, action, request, body)
	return body, err
}

func names(body *users) []string {
	return Each(body.Users.UserInfo, func(user *userInfo) string {
		if user.Name != nil {
			return *user.Name
		}
		return Value(user.UserName)
	})
}

// write calls an action that only answers with a request id. The older version flattens lists, the newer one sends them as JSON.
func write(client *openapi.Client, version, action, cluster string, list []parameters, more parameters) error {
	request, method := parameters{"ClusterId": cluster}, "GET"
	for name, value := range more {
		request[name] = value
	}
	if version == older && len(list) > 0 {
		request["User"] = list
	} else if list != nil {
		request["User"] = openapiutil.ArrayToStringWithSpecifiedStyle(list, Ptr("User"), Ptr("json"))
	}
	if action == "CreateUsers" || action == "UpdateUser" {
		method = "POST"
	}
	var body struct{ RequestId, Success *string }
	status, err := call(client, method, version, action, request, &body)
	if err == nil {
		Equal(status, 200)
		True(requestID.MatchString(Value(body.RequestId)), "the request id is %q", Value(body.RequestId))
		if action == "UpdateUser" {
			Equal(Value(body.Success), "true")
		}
	}
	return err
}

var requestID = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

// refused wants the SDK's class with this status and code, and what the body said, which it keeps as JSON.
func refused(err error, status int, code, message string) {
	refusal := Fails[*tea.SDKError](err)
	Equal([]any{Value(refusal.StatusCode), Value(refusal.Code)}, []any{status, code})
	var body struct{ RequestId, HostId, Code, Message, Recommend string }
	Done(json.Unmarshal([]byte(Value(refusal.Data)), &body))
	Equal([]string{body.Code, body.HostId}, []string{code, "ehpc.cn-hangzhou.aliyuncs.com"})
	if message != "" {
		Equal(body.Message, message)
	}
	True(requestID.MatchString(body.RequestId), "the request id is %q", body.RequestId)
}

func listing() {
	Case("the first user of either version is the one of its document", func() {
		for _, mode := range modes {
			body := Must(list(in(mode), older, cluster, nil))
			Equal(body.Users.UserInfo[0], &userInfo{Name: Ptr("testuser"), AddTime: Ptr("2022-09-28T09:05:26.000Z"), Group: Ptr("wheel"), UserId: Ptr("1000"), GroupId: Ptr("10")})
			Equal([]any{Value(body.PageNumber), Value(body.PageSize), Value(body.AsyncStatus)}, []any{int32(1), int32(10), "Success"})
			body = Must(list(in(mode), newer, newerCluster, nil))
			Equal(body.Users.UserInfo[0], &userInfo{UserName: Ptr("testuser"), AddTime: Ptr("2014-08-22T17:46:47"), Group: Ptr("users"), UserId: Ptr("1001"), GroupId: Ptr("100")})
		}
	})

	Case("walks in pages of any size meet every user once in the same order", func() {
		for version, cluster := range map[string]string{older: cluster, newer: newerCluster} {
			for _, mode := range modes {
				client := in(mode)
				everyone := names(Must(list(client, version, cluster, parameters{"PageSize": 50})))
				Unique(everyone)
				Equal(int32(len(everyone)), Value(Must(list(client, version, cluster, nil)).TotalCount))
				for _, size := range []int{1, 7, 10} {
					met := Walk(func(met int) []string {
						return names(Must(list(client, version, cluster, parameters{"PageSize": size, "PageNumber": (met+size-1)/size + 1})))
					})
					Equal(met, everyone, version, mode, "walk by", size)
				}
			}
		}
	})

	Case("past the end is an empty list with the true total", func() {
		beyond := Must(list(in(""), older, cluster, parameters{"PageNumber": 1000}))
		Equal([]int32{int32(len(names(beyond))), Value(beyond.PageNumber)}, []int32{0, 1000})
		Equal(Value(beyond.TotalCount), Value(Must(list(in(""), older, cluster, nil)).TotalCount))
	})

	Case("a task shows the same list while users change", func() {
		client, user := in(""), func(name string) []parameters {
			return []parameters{{"Name": name, "Group": "users", "Password": password}}
		}
		Done(write(client, older, "AddUsers", empty, user("first.user"), nil))
		defer func() { Done(write(client, older, "DeleteUsers", empty, []parameters{{"Name": "first.user"}}, nil)) }()
		task := Value(Must(list(client, older, empty, nil)).AsyncId)
		Done(write(client, older, "AddUsers", empty, user("second.user"), nil))
		defer func() { Done(write(client, older, "DeleteUsers", empty, []parameters{{"Name": "second.user"}}, nil)) }()
		Equal(names(Must(list(client, older, empty, parameters{"AsyncId": task}))), []string{"first.user"})
		Equal(names(Must(list(client, older, empty, nil))), []string{"first.user", "second.user"})
		_, err := list(client, older, cluster, parameters{"AsyncId": task})
		refused(err, 400, "InvalidParams", "The specified parameter AsyncId is invalid.")
	})

	Case("the older ListUsers has no ids and times without a zone", func() {
		body := &users{}
		Must(call(in(""), "GET", older, "ListUsers", parameters{"ClusterId": cluster, "PageSize": 1}, body))
		Equal(body.Users.UserInfo, []*userInfo{{Name: Ptr("testuser"), AddTime: Ptr("2022-09-28T09:05:26"), Group: Ptr("wheel")}})
	})

	Case("clusters of the older version are listed and described with the generated types", func() {
		var body struct {
			TotalCount, PageNumber, PageSize *int32
			Clusters                         struct {
				ClusterInfoSimple []struct {
					Id, Status            *string
					Count                 *int32
					HasPlugin             *bool
					ComputeSpotPriceLimit *float32
				}
			}
		}
		Must(call(in(""), "GET", older, "ListClusters", parameters{"PageNumber": 1, "PageSize": 50}, &body))
		found := map[string]string{}
		for _, one := range body.Clusters.ClusterInfoSimple {
			found[Value(one.Id)] = Value(one.Status)
			True(Value(one.Count) >= 0 && one.HasPlugin != nil && one.ComputeSpotPriceLimit != nil, "a member of %s is nil", Value(one.Id))
		}
		Equal([]any{int32(len(found)), found[cluster], found[broken]}, []any{Value(body.TotalCount), "running", "exception"})
		var one struct{ ClusterInfo struct{ Id, Status *string } }
		Must(call(in(""), "GET", older, "DescribeCluster", parameters{"ClusterId": broken}, &one))
		Equal([]string{Value(one.ClusterInfo.Id), Value(one.ClusterInfo.Status)}, []string{broken, "exception"})
	})

	Case("clusters of the newer version are listed by ids and names, and shown", func() {
		var body struct {
			Clusters   []struct{ ClusterId, ClusterName, ClusterStatus *string }
			PageNumber *string
			PageSize   *int32
			TotalCount *int32
		}
		asJSON := func(prefix string, list ...string) *string {
			return openapiutil.ArrayToStringWithSpecifiedStyle(list, &prefix, Ptr("json"))
		}
		Must(call(in(""), "POST", newer, "ListClusters", parameters{
			"ClusterIds": asJSON("ClusterIds", newerCluster, newerStopped, "x"), "PageNumber": 1, "PageSize": 100,
		}, &body))
		Equal([]any{Value(body.PageNumber), Value(body.PageSize), Value(body.TotalCount)}, []any{"1", int32(100), int32(2)})
		name := body.Clusters[0].ClusterName
		body.Clusters = nil
		Must(call(in("v2"), "POST", newer, "ListClusters", parameters{"ClusterNames": asJSON("ClusterNames", Value(name))}, &body))
		Equal(len(body.Clusters), 1)
		var one struct{ ClusterId, ClusterStatus, MaxCount *string }
		Must(call(in(""), "POST", newer, "GetCluster", parameters{"ClusterId": newerStopped}, &one))
		Equal([]string{Value(one.ClusterId), Value(one.ClusterStatus), Value(one.MaxCount)}, []string{newerStopped, "stopped", "100"})
		_, err := call(in(""), "POST", newer, "ListClusters", parameters{"PageSize": 9}, &body)
		refused(err, 400, "InvalidParams", "The specified parameter PageSize is invalid.")
	})
}

func refusals() {
	Case("windows out of bounds and what is no integer are refused", func() {
		for _, mode := range modes {
			for _, size := range []int{0, 51, -1} {
				_, err := list(in(mode), older, cluster, parameters{"PageSize": size})
				refused(err, 400, "InvalidParams", "The specified parameter PageSize is invalid.")
			}
			_, err := list(in(mode), newer, newerCluster, parameters{"PageNumber": 0})
			refused(err, 400, "InvalidParams", "The specified parameter PageNumber is invalid.")
			_, err = list(in(mode), older, cluster, parameters{"PageSize": "ten"})
			refused(err, 400, "InvalidPageSize", "Specified parameter PageSize is not valid.")
		}
	})

	Case("clusters are missing, unknown, not running, or of the other version", func() {
		for _, mode := range modes {
			_, err := list(in(mode), older, "ehpc-hz-Nothing01", nil)
			refused(err, 404, "ClusterNotFound", "The specified cluster does not exist.")
			_, err = list(in(mode), older, broken, nil)
			refused(err, 403, "InvalidClusterStatus", "The operation failed due to invalid cluster status.")
			_, err = list(in(mode), newer, newerStopped, nil)
			refused(err, 403, "InvalidClusterStatus", "")
			_, err = list(in(mode), newer, cluster, nil)
			refused(err, 404, "ClusterNotFound", "")
			_, err = call(in(mode), "GET", older, "ListUsersAsync", nil, &users{})
			refused(err, 400, "MissingClusterId", "ClusterId is mandatory for this action.")
		}
	})

	Case("an action that is none, and another version, are refused by the gateway", func() {
		for _, mode := range modes {
			_, err := call(in(mode), "GET", older, "ListUserz", nil, &users{})
			refused(err, 404, "InvalidAction.NotFound", "")
			_, err = call(in(mode), "GET", "2019-01-01", "ListUsers", nil, &users{})
			refused(err, 400, "InvalidVersion", "")
		}
	})

	Case("without SDK errors the core tells refusals, throttling and faults by classes of its own", func() {
		for name, check := range map[string]func(error){
			"AccessKeyInactive":  func(err error) { Equal(Value(Fails[*openapi.ClientError](err).Code), "InvalidAccessKeyId.Inactive") },
			"ThrottlingUser":     func(err error) { Equal(Value(Fails[*openapi.ThrottlingError](err).Code), "Throttling.User") },
			"ServiceUnavailable": func(err error) { Equal(Value(Fails[*openapi.ServerError](err).StatusCode), 503) },
		} {
			for _, mode := range modes {
				namespace := Fresh("fault-")
				Fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 1)
				client := connect(mode, AccessKey+"~"+namespace, SecretKey, "")
				client.DisableSDKError = Ptr(true)
				_, err := list(client, older, cluster, nil)
				check(err)
			}
		}
	})
}

func lives() {
	Case("users of the older version are added, moved, given a password and deleted, in every mode", func() {
		for _, mode := range modes {
			client := in(mode)
			Done(write(client, older, "AddUsers", empty, []parameters{
				{"Name": "alice.w", "Group": "users", "Password": password}, {"Name": "bob.zhang", "Group": "wheel", "Password": password},
			}, parameters{"Async": true}))
			Done(write(client, older, "ModifyUserGroups", empty, []parameters{{"Name": "alice.w", "Group": "wheel"}}, parameters{"Async": false}))
			Done(write(client, older, "ModifyUserPasswords", empty, []parameters{{"Name": "alice.w", "Password": "Bb2@bbbb"}}, nil))
			found := Must(list(client, older, empty, nil)).Users.UserInfo
			Equal([]string{Value(found[0].Group), Value(found[0].GroupId), Value(found[1].Name)}, []string{"wheel", "10", "bob.zhang"})
			Done(write(client, older, "DeleteUsers", empty, []parameters{{"Name": "alice.w"}, {"Name": "bob.zhang"}}, nil))
			Equal(Value(Must(list(client, older, empty, nil)).TotalCount), int32(0))
		}
	})

	Case("users of the newer version are created, shown, updated and deleted, in every mode", func() {
		for _, mode := range modes {
			client := in(mode)
			Done(write(client, newer, "CreateUsers", newerEmpty, []parameters{
				{"UserName": "a", "Group": "users", "Password": password}, {"UserName": "key.user", "Group": "wheel", "AuthKey": "ssh-ed25519 AAAA"},
			}, nil))
			Done(write(client, newer, "UpdateUser", newerEmpty, nil, parameters{"UserName": "a", "Group": "wheel", "Password": "Bb2@bbbb"}))
			var shown struct{ User userInfo }
			Must(call(client, "GET", newer, "GetUser", parameters{"ClusterId": newerEmpty, "UserName": "a"}, &shown))
			Equal([]string{Value(shown.User.UserName), Value(shown.User.Group), Value(shown.User.GroupId)}, []string{"a", "wheel", "10"})
			Equal(names(Must(list(client, newer, newerEmpty, nil))), []string{"a", "key.user"})
			Done(write(client, newer, "DeleteUsers", newerEmpty, []parameters{{"UserName": "a"}, {"UserName": "key.user"}}, nil))
			Equal(Value(Must(list(client, newer, newerEmpty, nil)).TotalCount), int32(0))
		}
	})

	Case("wrong writes are refused whole, with the first field against the rules", func() {
		client := in("")
		user := func(name, group string) parameters {
			return parameters{"Name": name, "Group": group, "Password": password}
		}
		refused(write(client, older, "AddUsers", cluster, []parameters{user("newcomer", "users"), user("testuser", "users")}, nil),
			406, "AgentError.Account.UserAlreadyExist", "The specified user already exists in domain: testuser.")
		refused(write(client, older, "DeleteUsers", cluster, []parameters{{"Name": "testuser"}, {"Name": "nobody"}}, nil), 406, "AgentError.Account.UserNotExist", "")
		refused(write(client, older, "AddUsers", empty, []parameters{user("alice.w", "users"), user("short", "users")}, nil),
			400, "InvalidParams", "The specified parameter User.2.Name is invalid.")
		refused(write(client, older, "AddUsers", empty, nil, nil), 400, "MissingUser", "User is mandatory for this action.")
		refused(write(client, newer, "CreateUsers", newerEmpty, []parameters{{"UserName": "1a", "Group": "users", "Password": password}}, nil),
			400, "InvalidParams", "The specified parameter User.1.UserName is invalid.")
		refused(write(client, newer, "UpdateUser", newerCluster, nil, parameters{"UserName": "nobody", "Group": "users"}), 406, "AgentError.Account.UserNotExist", "")
		everyone := names(Must(list(client, older, cluster, parameters{"PageSize": 50})))
		Equal(everyone[0], "testuser")
		Equal(int32(len(everyone)), Value(Must(list(client, older, cluster, nil)).TotalCount))
	})

	Case("users of a hybrid cluster are synchronized", func() {
		Done(write(in(""), older, "SyncUsers", hybrid, nil, parameters{"RegionId": "cn-shenzhen"}))
		refused(write(in(""), older, "SyncUsers", hybrid, nil, nil), 400, "MissingRegionId", "")
	})
}

func underFaults() {
	Case("the core asks again for the codes that its options name, and for no other", func() {
		for name, expected := range map[string][]int{"ThrottlingUser": {400, 400, 200}, "InternalError": {500}} {
			for _, mode := range modes {
				namespace := Fresh("retry-")
				Fault(namespace, "aliyun-ehpc", "ListUsersAsync", name, 2)
				client := connect(mode, AccessKey+"~"+namespace, SecretKey, "", func(config *openapi.Config) {
					config.RetryOptions = &dara.RetryOptions{Retryable: true, RetryCondition: []*dara.RetryCondition{{
						MaxAttempts: 4, ErrorCode: []string{"Throttling.User"}, Backoff: &dara.FixedBackoffPolicy{Period: 1},
					}}}
				})
				_, err := list(client, older, cluster, nil)
				Equal(Calls(namespace, "ListUsersAsync"), expected, name, mode)
				Equal(err == nil, expected[len(expected)-1] == 200, name, mode)
			}
		}
	})

	Case("without options a fault is told at once", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "aliyun-ehpc", "ListUsersAsync", "ServiceUnavailable", 1)
		_, err := list(connect("", AccessKey+"~"+namespace, SecretKey, ""), older, cluster, nil)
		refused(err, 503, "ServiceUnavailable", "")
		Equal(Calls(namespace, "ListUsersAsync"), []int{503})
	})

	Case("a namespace in the access key keeps its own users, in every mode", func() {
		for _, mode := range modes {
			suite := connect(mode, AccessKey+"~"+Fresh("suite-"), SecretKey, "")
			Done(write(suite, older, "DeleteUsers", cluster, []parameters{{"Name": "testuser"}}, nil))
			Equal(names(Must(list(suite, older, cluster, nil)))[0], "alice.wang")
			Equal(names(Must(list(in(mode), older, cluster, nil)))[0], "testuser")
		}
	})

	Case("a temporary key goes with its token, in every mode", func() {
		accessKey, secretKey, token := TemporaryKey()
		for _, mode := range modes {
			Equal(names(Must(list(connect(mode, accessKey, secretKey, token), older, cluster, nil)))[0], "testuser")
			if Strict("aliyun-ehpc") {
				for _, wrong := range []string{"another", ""} {
					_, err := list(connect(mode, accessKey, secretKey, wrong), older, cluster, nil)
					refused(err, 400, "InvalidSecurityToken.Malformed", "")
				}
			}
		}
	})

	Case("a wrong secret and an unknown key are refused where they are looked at", func() {
		for _, mode := range modes {
			for version, cluster := range map[string]string{older: cluster, newer: newerCluster} {
				_, err := list(connect(mode, AccessKey, "wrong", ""), version, cluster, nil)
				if !Strict("aliyun-ehpc") {
					Done(err)
					continue
				}
				refused(err, 400, "SignatureDoesNotMatch", "")
				_, err = list(connect(mode, "nobody", SecretKey, ""), version, cluster, nil)
				refused(err, 404, "InvalidAccessKeyId.NotFound", "")
			}
		}
	})
}

func main() {
	listing()
	refusals()
	lives()
	underFaults()
	Run()
}
