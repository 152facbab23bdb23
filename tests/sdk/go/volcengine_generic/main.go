// sdk: github.com/volcengine/volc-sdk-golang

// ByteHouse through the generic client of the older official Go SDK: volc-sdk-golang, base.Client with an ApiInfo for each action.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/volcengine/volc-sdk-golang/base"

	. "rollcall.test/sdk/harness"
)

var (
	user    = Setting("user", "alice.chen")
	doomed  = strings.Split(Setting("doomed_users", "dave.sun,eve.qian,frank.wu"), ",") // are deleted, one for each way of calling
	cluster = Setting("cluster_id", "137")
	actions = []string{
		"ListUsers", "GetUserDetail", "UpdateUser", "DeleteUser", "GetUserInitialPassword", "CreateRole", "ListRoles", "DeleteRole", "AssignRole",
		"ListGrantUsersForRole", "GrantPrivilegesToUserByName", "ShowPrivilegesForUserByName", "CreateUser",
	}
	ways = []way{
		{"a query", func(c *client, action string, fields url.Values) ([]byte, int, error) {
			return c.get.Query(action, fields)
		}},
		{"a form", func(c *client, action string, fields url.Values) ([]byte, int, error) {
			return c.post.Post(action, nil, fields)
		}},
		{"JSON", func(c *client, action string, fields url.Values) ([]byte, int, error) {
			return c.post.Json(action, nil, asJSON(fields))
		}},
	}
	own = connect(AccessKey, SecretKey, "")
)

// way is how a call brings its parameters.
type way struct {
	name string
	call func(c *client, action string, fields url.Values) ([]byte, int, error)
}

// client is two of the SDK's, whose method belongs to the action.
type client struct{ get, post *base.Client }

type object = map[string]any

func connect(accessKey, secretKey, token string) *client {
	made := func(method string) *base.Client {
		apis := map[string]*base.ApiInfo{}
		for _, action := range actions {
			apis[action] = &base.ApiInfo{Method: method, Path: "/", Query: url.Values{"Action": {action}, "Version": {"2024-08-31"}}}
		}
		key := base.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey, Service: "bytehouse_ce", Region: "cn-beijing", SessionToken: token}
		client := base.NewClient(&base.ServiceInfo{Timeout: 5 * time.Second, Host: Address, Scheme: Scheme, Header: http.Header{}, Credentials: key}, apis)
		client.SetCredential(key) // the constructor prefers keys that it finds on the machine
		return client
	}
	return &client{made("GET"), made("POST")}
}

func fields(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// asJSON writes numbers and booleans as such.
func asJSON(fields url.Values) string {
	body := object{}
	for name, values := range fields {
		body[name] = values[0]
		if number, err := strconv.Atoi(values[0]); err == nil {
			body[name] = number
		} else if truth, err := strconv.ParseBool(values[0]); err == nil {
			body[name] = truth
		}
	}
	return string(Must(json.Marshal(body)))
}

// result is what a call answers in the envelope of the document.
func result(body []byte, status int, err error) object {
	Done(err)
	Equal(status, 200)
	var answer object
	Done(json.Unmarshal(body, &answer))
	metadata := answer["ResponseMetadata"].(object)
	Equal([]any{metadata["Version"], metadata["Service"], metadata["Region"]}, []any{"2024-08-31", "bytehouse_ce", "cn-beijing"})
	return answer["Result"].(object)
}

func get(action string, pairs ...string) object {
	return result(own.get.Query(action, fields(pairs...)))
}

func names(listed object) []string {
	return Each(listed["Data"].(object)["Users"].([]any), func(one any) string { return one.(object)["Username"].(string) })
}

func detail(name string) object {
	return get("GetUserDetail", "Username", name)["Data"].(object)["User"].(object)
}

func total() float64 { return get("ListUsers")["Meta"].(object)["Total"].(float64) }

// refused wants what the SDK makes of a refusal: the status, and the body in the bytes and in the text of the error.
func refused(body []byte, status int, err error, wanted int, code string) object {
	True(err != nil, "the call was answered with %.200s", body)
	Equal(status, wanted)
	True(strings.Contains(err.Error(), fmt.Sprintf("http code %d body %s", wanted, body)), "the error is %v", err)
	var answer object
	Done(json.Unmarshal(body, &answer))
	failure := answer["ResponseMetadata"].(object)["Error"].(object)
	Equal(failure["Code"], any(code))
	return failure
}

func main() {
	Case("a query, a form and JSON say the same", func() {
		for _, window := range []url.Values{fields(), fields("Limit", "4"), fields("Offset", "5", "Limit", "2"), fields("Offset", "100000")} {
			expected := result(own.get.Query("ListUsers", window))
			for _, way := range ways {
				Equal(result(way.call(own, "ListUsers", window)), expected, way.name)
			}
		}
		Equal(get("ListUsers")["Data"].(object)["Users"].([]any)[0].(object)["Emaill"], any("xxx@xxx.com"))
	})

	Case("a walk meets every user once", func() {
		for _, size := range []string{"7", "10"} {
			met := Walk(func(met int) []string { return names(get("ListUsers", "Limit", size, "Offset", strconv.Itoa(met))) })
			Unique(met)
			Equal(float64(len(met)), total())
		}
	})

	Case("names that have to be escaped arrive in every way", func() {
		for _, name := range []string{"张三", "李 四", "a b*~+/=&%", "o'brien", "rocket🚀"} {
			for _, way := range ways {
				found := result(way.call(own, "GetUserDetail", fields("Username", name)))["Data"].(object)["User"].(object)
				Equal(found["Username"], any(name), way.name)
			}
		}
	})

	Case("a signed query can be opened by anybody", func() {
		open := func(c *client, name string) (int, object) {
			query := Must(c.get.GetSignUrl("GetUserDetail", fields("Username", name)))
			answer := Must(http.Get(BaseURL + "/?" + query))
			defer answer.Body.Close()
			var parsed object
			Done(json.Unmarshal(Must(io.ReadAll(answer.Body)), &parsed))
			return answer.StatusCode, parsed
		}
		for _, name := range []string{user, "李 四", "a b*~+/=&%"} {
			status, answer := open(own, name)
			Equal(status, 200, answer)
			Equal(answer["Result"].(object)["Data"].(object)["User"].(object)["Username"], any(name))
		}
		if Strict("volcengine-bytehouse") {
			status, _ := open(connect(AccessKey, "wrong", ""), user)
			Equal(status, 401)
			// The client signs the token with the rest, and leaves it out of the list of what it signed.
			accessKey, secretKey, token := TemporaryKey()
			status, answer := open(connect(accessKey, secretKey, token), user)
			Equal(status, 200, answer)
			status, _ = open(connect(accessKey, secretKey, "another"), user)
			Equal(status, 401)
		}
	})

	Case("a user is updated in every way", func() {
		for i, way := range ways {
			email, readonly := fmt.Sprintf("%d@acme.example", i), i%2 == 0
			answer := result(way.call(own, "UpdateUser", fields("Username", user, "Email", email, "Description", "", "Readonly", strconv.FormatBool(readonly))))
			Equal(answer["Data"], any(object{"Message": "update user successfully"}))
			found := detail(user)
			Equal([]any{found["Emaill"], found["Description"], found["Readonly"]}, []any{email, "", readonly})
		}
	})

	Case("a user is deleted in every way", func() {
		for i, way := range ways {
			before, id := total(), strconv.Itoa(int(detail(doomed[i])["UserID"].(float64)))
			Equal(result(way.call(own, "DeleteUser", fields("UserID", id)))["Data"], any(object{"Message": "delete user successfully"}))
			Equal(total(), before-1)
			body, status, err := way.call(own, "DeleteUser", fields("UserID", id))
			refused(body, status, err, 400, "Bad Request")
		}
	})

	Case("a role lives from create to delete, and flattened lists are read", func() {
		name := Fresh("role-")
		role := result(own.post.Json("CreateRole", nil, asJSON(fields("Name", name, "ClusterID", cluster))))["Data"].(object)["Role"].(object)
		id := strconv.Itoa(int(role["ID"].(float64)))
		result(own.post.Post("AssignRole", nil, fields("RoleID", id, "Users.1.Username", user, "Users.1.AdminOption", "true")))
		grants := get("ListGrantUsersForRole", "RoleID", id)["Data"].(object)["Grants"].([]any)
		Equal([]any{len(grants), grants[0].(object)["Username"], grants[0].(object)["AdminOption"]}, []any{1, user, true})
		Equal(len(get("ListRoles", "Name", name)["Data"].(object)["Roles"].([]any)), 1)
		get("DeleteRole", "RoleID", id)
		body, status, err := own.get.Query("DeleteRole", fields("RoleID", id))
		refused(body, status, err, 400, "FailedToGetRoleInMetadata")
	})

	Case("privileges are granted with flattened names", func() {
		get("GrantPrivilegesToUserByName", "Username", user, "Grants.1.Privileges.1.Name", "SELECT", "Grants.1.Privileges.1.Columns.1", "c1",
			"Grants.1.Targets.1.Database", "generic-go", "Grants.1.ClusterID", cluster)
		var mine []any
		for _, grant := range get("ShowPrivilegesForUserByName", "Username", user)["Data"].(object)["Grants"].([]any) {
			if grant.(object)["DatabaseName"] == "generic-go" {
				mine = append(mine, grant.(object)["Privileges"])
			}
		}
		Equal(mine, []any{[]any{object{"Name": "SELECT", "Columns": []any{"c1"}}}})
	})

	Case("an initial password is shown", func() {
		Equal(get("GetUserInitialPassword", "Username", "dba")["Data"].(object)["Message"], any("Failed to get password, it has been modified"))
	})

	Case("refusals are told in the body and in the text of the error", func() {
		for _, way := range ways {
			body, status, err := way.call(own, "ListUsers", fields("Limit", "ten"))
			Equal(refused(body, status, err, 400, "Bad Request")["Message"], any("api service received invalid request format"), way.name)
			body, status, err = way.call(own, "GetUserDetail", fields("Username", "nobody-here"))
			refused(body, status, err, 400, "Bad Request")
			body, status, err = way.call(own, "CreateUser", fields("Username", "x"))
			Equal(refused(body, status, err, 404, "InvalidActionOrVersion")["CodeN"], any(float64(100008)), way.name)
		}
		body, status, err := own.post.Json("ListUsers", nil, "{")
		refused(body, status, err, 400, "Bad Request")
	})

	Case("faults are told at once, since this client never tries again", func() {
		for name, status := range map[string]int{"ServiceUnavailable": 503, "InternalError": 500, "FlowLimitExceeded": 429, "LackPolicy": 403, "ServiceNotFound": 404} {
			namespace := Fresh("fault-")
			Fault(namespace, "volcengine-bytehouse", "ListUsers", name, 1)
			body, got, err := connect(AccessKey+"~"+namespace, SecretKey, "").get.Query("ListUsers", nil)
			refused(body, got, err, status, name)
			Equal(Calls(namespace, "ListUsers"), []int{status})
		}
	})

	Case("a namespace in the access key keeps its own users", func() {
		suite := connect(AccessKey+"~"+Fresh("suite-"), SecretKey, "")
		id := strconv.Itoa(int(detail(user)["UserID"].(float64)))
		result(suite.get.Query("DeleteUser", fields("UserID", id)))
		body, status, err := suite.get.Query("GetUserDetail", fields("Username", user))
		refused(body, status, err, 400, "Bad Request")
		Equal(detail(user)["Username"], any(user))
	})

	Case("a temporary key goes with its token in every way", func() {
		accessKey, secretKey, token := TemporaryKey()
		for _, way := range ways {
			Equal(len(names(result(way.call(connect(accessKey, secretKey, token), "ListUsers", fields("Limit", "3"))))), 3)
			if Strict("volcengine-bytehouse") {
				body, status, err := way.call(connect(accessKey, secretKey, "another"), "ListUsers", nil)
				refused(body, status, err, 401, "InvalidSecretToken")
			}
		}
	})

	Case("a wrong secret and an unknown key are refused where they are looked at", func() {
		for _, way := range ways {
			body, status, err := way.call(connect(AccessKey, "wrong", ""), "ListUsers", nil)
			if !Strict("volcengine-bytehouse") {
				result(body, status, err)
				continue
			}
			refused(body, status, err, 401, "SignatureNotMatch")
			body, status, err = way.call(connect("nobody", SecretKey, ""), "ListUsers", nil)
			refused(body, status, err, 401, "InvalidAccessKey")
		}
	})

	Run()
}
