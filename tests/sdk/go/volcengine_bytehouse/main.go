// sdk: github.com/volcengine/volcengine-go-sdk

// ByteHouse 2024-08-31 through the official Go SDK: volcengine-go-sdk, service/bytehousece20240831, and its universal client.
package main

import (
	"regexp"
	"strconv"
	"time"

	bytehouse "github.com/volcengine/volcengine-go-sdk/service/bytehousece20240831"
	"github.com/volcengine/volcengine-go-sdk/volcengine"
	"github.com/volcengine/volcengine-go-sdk/volcengine/credentials"
	"github.com/volcengine/volcengine-go-sdk/volcengine/response"
	"github.com/volcengine/volcengine-go-sdk/volcengine/session"
	"github.com/volcengine/volcengine-go-sdk/volcengine/universal"
	"github.com/volcengine/volcengine-go-sdk/volcengine/volcengineerr"

	. "rollcall.test/sdk/harness"
)

const (
	unknown    = "nobody-here"
	unknownID  = int32(2147483647)
	roleGone   = "FailedToGetRoleInMetadata"
	badRequest = "Bad Request"
)

var (
	account   = number("account", "12345678") // of the MAIN user, whose UserID it is
	cluster   = number("cluster_id", "137")
	mainUser  = Setting("main_user", "user1")
	user      = Setting("user", "alice.chen") // may be changed; nothing that is done to it outlives its case
	otherUser = Setting("other_user", "report_ro")
	doomed    = Setting("doomed_user", "wang_fang") // is deleted
	api       = connect(AccessKey, SecretKey, "")
)

func number(name, byDefault string) int32 {
	return int32(Must(strconv.Atoi(Setting(name, byDefault))))
}

// open makes a session that waits for nothing between its tries.
func open(accessKey, secretKey, token string) *session.Session {
	return Must(session.NewSession(volcengine.NewConfig().
		WithCredentials(credentials.NewStaticCredentials(accessKey, secretKey, token)).
		WithRegion("cn-beijing").WithEndpoint(Address).WithDisableSSL(Scheme == "http").
		WithSleepDelay(func(time.Duration) {})))
}

func connect(accessKey, secretKey, token string) *bytehouse.BYTEHOUSECE20240831 {
	return bytehouse.New(open(accessKey, secretKey, token))
}

func list(input *bytehouse.ListUsersInput) *bytehouse.ListUsersOutput {
	return Must(api.ListUsers(input))
}

func window(limit, offset int) *bytehouse.ListUsersInput {
	return &bytehouse.ListUsersInput{Limit: Ptr(int32(limit)), Offset: Ptr(int32(offset))}
}

func names(answer *bytehouse.ListUsersOutput) []string {
	return Each(answer.Data.Users, func(one *bytehouse.UserForListUsersOutput) string { return Value(one.Username) })
}

func walk(size int) []string {
	return Walk(func(met int) []string { return names(list(window(size, met))) })
}

func detail(name string) *bytehouse.UserForGetUserDetailOutput {
	return Must(api.GetUserDetail(&bytehouse.GetUserDetailInput{Username: &name})).Data.User
}

var requestID = regexp.MustCompile(`^[0-9A-F]{32}$`)

// refused wants the SDK's kind of failure with this status and code, and an id to ask about.
func refused(err error, status int, code string) volcengineerr.RequestFailure {
	failure := Fails[volcengineerr.RequestFailure](err)
	Equal([]any{failure.StatusCode(), failure.Code()}, []any{status, code})
	True(requestID.MatchString(failure.RequestID()), "the request id is %q", failure.RequestID())
	return failure
}

func wrong(err error) { refused(err, 400, badRequest) }

// withRole makes a role for one case, which is gone when the case is over.
func withRole(name string, run func(id int32)) {
	created := Must(api.CreateRole(&bytehouse.CreateRoleInput{Name: &name, ClusterID: &cluster, Description: Ptr("by the SDK")})).Data.Role
	id := int32(Value(created.ID))
	defer func() {
		gone := Must(api.DeleteRole(&bytehouse.DeleteRoleInput{RoleID: &id}))
		Equal(Value(gone.Data.Message), "delete role successfully")
	}()
	run(id)
}

func listing() {
	Case("the envelope tells what was called", func() {
		metadata := list(nil).Metadata
		Equal([]string{metadata.Action, metadata.Version, metadata.Service, metadata.Region}, []string{"ListUsers", "2024-08-31", "bytehouse_ce", "cn-beijing"})
		True(requestID.MatchString(metadata.RequestId), "the request id is %q", metadata.RequestId)
		Equal(metadata.Error, (*response.Error)(nil))
	})

	Case("the first user is the one of the document", func() {
		// The SDK looks for Email and Name, which the document spells Emaill and does not have.
		Equal(list(nil).Data.Users[0], &bytehouse.UserForListUsersOutput{
			ID: Ptr(int32(123)), UserID: &account, AccountID: &account, Username: &mainUser, CloudName: Ptr("cloudname"),
			UserType: Ptr(bytehouse.EnumOfUserTypeForListUsersOutputMain), Status: Ptr(bytehouse.EnumOfStatusForListUsersOutputActive),
			Description: Ptr("description"), Readonly: Ptr(true), IsSystemAdmin: Ptr(true), LastLoginAt: Ptr(int64(0)),
			CreatedAt: Ptr(int64(1716264720906)), UpdatedAt: Ptr(int64(1716264720906)), Immutable: Ptr(true), Clusters: []*string{Ptr("98Al3s")},
		})
	})

	Case("a page holds ten users unless asked otherwise", func() {
		for _, input := range []*bytehouse.ListUsersInput{nil, {Limit: Ptr(int32(0))}, {Offset: Ptr(int32(0))}} {
			answer := list(input)
			Equal([]int{len(names(answer)), int(Value(answer.Meta.Offset))}, []int{10, 0})
		}
		True(Value(list(nil).Meta.Total) > 20, "the demo holds more than two default pages")
	})

	Case("walks in pages of any size meet every user once in the same order", func() {
		everyone := walk(1000)
		Unique(everyone)
		Equal(len(everyone), int(Value(list(nil).Meta.Total)))
		for _, size := range []int{1, 7, 10} {
			Equal(walk(size), everyone, "walk by", size)
		}
		Equal(names(list(window(3, 4))), everyone[4:7])
	})

	Case("past the end is an empty list with the true total, and a huge limit is not capped", func() {
		beyond := list(window(10, 100_000))
		Equal(len(beyond.Data.Users), 0)
		Equal([]int32{Value(beyond.Meta.Offset), Value(beyond.Meta.Total)}, []int32{100_000, Value(list(nil).Meta.Total)})
		Equal(len(names(list(window(2147483647, 0)))), int(Value(list(nil).Meta.Total)))
	})

	Case("negative windows are a bad request", func() {
		for _, input := range []*bytehouse.ListUsersInput{window(-1, 0), window(10, -1)} {
			_, err := api.ListUsers(input)
			Equal(refused(err, 400, badRequest).Message(), "api service received invalid request format")
		}
	})
}

func aboutUsers() {
	Case("a user is shown as it is listed", func() {
		for _, listed := range list(window(1000, 0)).Data.Users {
			shown := detail(Value(listed.Username))
			Equal([]any{Value(shown.ID), Value(shown.UserID), Value(shown.Status)}, []any{Value(listed.ID), Value(listed.UserID), Value(listed.Status)})
			Equal([]int64{Value(shown.CreatedAt), Value(shown.UpdatedAt)}, []int64{Value(listed.CreatedAt), Value(listed.UpdatedAt)})
		}
	})

	Case("an update is seen and can be undone", func() {
		before := detail(user)
		change := func(description string, readonly bool) {
			answer := Must(api.UpdateUser(&bytehouse.UpdateUserInput{Username: &user, Email: Ptr("新@acme.example"), Description: &description, Readonly: &readonly}))
			Equal(Value(answer.Data.Message), "update user successfully")
		}
		change("it's 张 三*~+/=&", !Value(before.Readonly))
		after := detail(user)
		Equal([]any{Value(after.Description), Value(after.Readonly)}, []any{"it's 张 三*~+/=&", !Value(before.Readonly)})
		True(Value(after.UpdatedAt) > Value(before.UpdatedAt), "the update left no time")
		change(Value(before.Description), Value(before.Readonly))
		Equal(Value(detail(user).Description), Value(before.Description))
	})

	Case("an update needs all four fields", func() {
		_, err := api.UpdateUser(&bytehouse.UpdateUserInput{Username: &user, Email: Ptr("e"), Description: Ptr("d")})
		wrong(err)
		_, err = api.UpdateUser(&bytehouse.UpdateUserInput{Username: Ptr(unknown), Email: Ptr("e"), Description: Ptr("d"), Readonly: Ptr(true)})
		wrong(err)
	})

	Case("a deleted user is gone, and is deleted by its UserID", func() {
		found, before := detail(doomed), Value(list(nil).Meta.Total)
		_, err := api.DeleteUser(&bytehouse.DeleteUserInput{UserID: found.ID})
		wrong(err)
		Equal(Value(Must(api.DeleteUser(&bytehouse.DeleteUserInput{UserID: found.UserID})).Data.Message), "delete user successfully")
		Equal(Value(list(nil).Meta.Total), before-1)
		_, err = api.GetUserDetail(&bytehouse.GetUserDetailInput{Username: &doomed})
		wrong(err)
		_, err = api.DeleteUser(&bytehouse.DeleteUserInput{UserID: &account})
		wrong(err)
	})

	Case("the SDK finds its part of the initial password", func() {
		initial := func(name string) *bytehouse.UserForGetUserInitialPasswordOutput {
			return Must(api.GetUserInitialPassword(&bytehouse.GetUserInitialPasswordInput{Username: &name})).Data.User
		}
		Equal([]any{Value(initial(mainUser).PasswordIsDefault), Value(initial(mainUser).Message)}, []any{false, "Failed to get password, it has been modified"})
		Equal(Value(initial("judy.lin").PasswordIsDefault), true)
		_, err := api.GetUserInitialPassword(&bytehouse.GetUserInitialPasswordInput{Username: Ptr(unknown)})
		wrong(err)
	})
}

func aboutRoles() {
	Case("a role is created, listed and deleted, and is then unknown", func() {
		name, gone := Fresh("role-"), int32(0)
		withRole(name, func(id int32) {
			gone = id
			listed := Must(api.ListRoles(&bytehouse.ListRolesInput{ClusterID: &cluster, Name: &name})).Data.Roles
			Equal(len(listed), 1)
			Equal([]any{Value(listed[0].ID), Value(listed[0].Description), Value(listed[0].IsDefault)}, []any{int64(id), "by the SDK", false})
			Equal([]int64{Value(listed[0].AccountID), Value(listed[0].ClusterID)}, []int64{int64(account), int64(cluster)})
			_, err := api.CreateRole(&bytehouse.CreateRoleInput{Name: &name, ClusterID: &cluster})
			wrong(err)
		})
		Equal(len(Must(api.ListRoles(&bytehouse.ListRolesInput{Name: &name})).Data.Roles), 0)
		_, deletes := api.DeleteRole(&bytehouse.DeleteRoleInput{RoleID: &gone})
		_, assigns := api.AssignRole(&bytehouse.AssignRoleInput{RoleID: &gone})
		_, unassigns := api.UnassignRole(&bytehouse.UnassignRoleInput{RoleID: &gone})
		_, lists := api.ListGrantUsersForRole(&bytehouse.ListGrantUsersForRoleInput{RoleID: &gone})
		_, shows := api.ShowPrivilegesForRole(&bytehouse.ShowPrivilegesForRoleInput{RoleID: &gone})
		for _, err := range []error{deletes, assigns, unassigns, lists, shows} {
			Equal(refused(err, 400, roleGone).Message(), "failed to get role in metadata")
		}
	})

	Case("a role is assigned, listed and taken back", func() {
		withRole(Fresh("role-"), func(id int32) {
			members := func() []string {
				grants := Must(api.ListGrantUsersForRole(&bytehouse.ListGrantUsersForRoleInput{RoleID: &id})).Data.Grants
				return Each(grants, func(one *bytehouse.GrantForListGrantUsersForRoleOutput) string {
					return Value(one.Username) + " " + strconv.FormatBool(Value(one.AdminOption))
				})
			}
			Must(api.AssignRole(&bytehouse.AssignRoleInput{RoleID: &id, Users: []*bytehouse.UserForAssignRoleInput{
				{Username: &user, AdminOption: Ptr(true)}, {Username: &otherUser},
			}}))
			Equal(members(), []string{user + " true", otherUser + " false"})
			for _, role := range Must(api.ShowRolesForUser(&bytehouse.ShowRolesForUserInput{Username: &user})).Data.Roles {
				if Value(role.RoleID) == id {
					Equal([]any{Value(role.AdminOption), Value(role.GrantTo), Value(role.ClusterID)}, []any{true, user, int64(cluster)})
				}
			}
			Must(api.UnassignRole(&bytehouse.UnassignRoleInput{RoleID: &id, Users: []*bytehouse.UserForUnassignRoleInput{{Username: &user}}}))
			Equal(members(), []string{otherUser + " false"})
			_, err := api.AssignRole(&bytehouse.AssignRoleInput{RoleID: &id, Users: []*bytehouse.UserForAssignRoleInput{{Username: Ptr(unknown)}}})
			wrong(err)
		})
	})
}

func aboutPrivileges() {
	Case("privileges are granted and revoked by name", func() {
		show := func() []string {
			var mine []string
			for _, one := range Must(api.ShowPrivilegesForUserByName(&bytehouse.ShowPrivilegesForUserByNameInput{Username: &user})).Data.Grants {
				if Value(one.DatabaseName) != "sdk-go" {
					continue
				}
				for _, privilege := range one.Privileges {
					columns := Each(privilege.Columns, Value[string])
					mine = append(mine, Value(privilege.Name)+strconv.Itoa(len(columns)))
				}
			}
			return mine
		}
		answer := Must(api.GrantPrivilegesToUserByName(&bytehouse.GrantPrivilegesToUserByNameInput{Username: &user, Grants: []*bytehouse.GrantForGrantPrivilegesToUserByNameInput{{
			ClusterID: &cluster, GrantOption: Ptr(false), Targets: []*bytehouse.TargetForGrantPrivilegesToUserByNameInput{{Database: Ptr("sdk-go"), Table: Ptr("t")}},
			Privileges: []*bytehouse.PrivilegeForGrantPrivilegesToUserByNameInput{{Name: Ptr("SELECT"), Columns: []*string{Ptr("c1"), Ptr("c2")}}, {Name: Ptr("INSERT")}},
		}}}))
		Equal(Value(answer.Data.Message), "successfully grant privileges to "+user)
		Equal(show(), []string{"SELECT2", "INSERT0"})
		Must(api.RevokePrivilegesFromUserByName(&bytehouse.RevokePrivilegesFromUserByNameInput{Username: &user, Grants: []*bytehouse.GrantForRevokePrivilegesFromUserByNameInput{{
			ClusterID: &cluster, Targets: []*bytehouse.TargetForRevokePrivilegesFromUserByNameInput{{Database: Ptr("sdk-go"), Table: Ptr("t")}},
			Privileges: []*bytehouse.PrivilegeForRevokePrivilegesFromUserByNameInput{{Name: Ptr("SELECT")}, {Name: Ptr("INSERT")}},
		}}}))
		Equal(len(show()), 0)
		_, err := api.GrantPrivilegesToUserByName(&bytehouse.GrantPrivilegesToUserByNameInput{Username: &user})
		wrong(err)
		_, err = api.ShowPrivilegesForUserByName(&bytehouse.ShowPrivilegesForUserByNameInput{Username: Ptr(unknown)})
		wrong(err)
	})

	Case("privileges are granted and revoked by id", func() {
		id := detail(user).UserID
		show := func() int {
			found := 0
			for _, one := range Must(api.ShowPrivilegesForUserByID(&bytehouse.ShowPrivilegesForUserByIDInput{UserID: Ptr(int64(*id))})).Data.Grants {
				if Value(one.DatabaseName) == "sdk-go-id" {
					Equal([]any{Value(one.ClusterID), Value(one.Action)}, []any{cluster, "GRANT"})
					found++
				}
			}
			return found
		}
		Must(api.GrantPrivilegesToUserByID(&bytehouse.GrantPrivilegesToUserByIDInput{UserID: id, Grants: []*bytehouse.GrantForGrantPrivilegesToUserByIDInput{{
			ClusterID: &cluster, Targets: []*bytehouse.TargetForGrantPrivilegesToUserByIDInput{{Database: Ptr("sdk-go-id")}},
			Privileges: []*bytehouse.PrivilegeForGrantPrivilegesToUserByIDInput{{Name: Ptr("SELECT")}},
		}}}))
		Equal(show(), 1)
		Must(api.RevokePrivilegesForUserByID(&bytehouse.RevokePrivilegesForUserByIDInput{UserID: Ptr(int64(*id)), Grants: []*bytehouse.GrantForRevokePrivilegesForUserByIDInput{{
			ClusterID: &cluster, Targets: []*bytehouse.TargetForRevokePrivilegesForUserByIDInput{{Database: Ptr("sdk-go-id")}},
			Privileges: []*bytehouse.PrivilegeForRevokePrivilegesForUserByIDInput{{Name: Ptr("SELECT")}},
		}}}))
		Equal(show(), 0)
		_, err := api.GrantPrivilegesToUserByID(&bytehouse.GrantPrivilegesToUserByIDInput{UserID: Ptr(unknownID)})
		wrong(err)
	})

	Case("the grants of a user are updated with its roles", func() {
		withRole(Fresh("role-"), func(id int32) {
			change := func(action string) {
				Must(api.UpdateGrantsForUser(&bytehouse.UpdateGrantsForUserInput{
					Username: &user, ActionType: &action,
					Assignments: []*bytehouse.AssignmentForUpdateGrantsForUserInput{{RoleID: &id, AdminOption: Ptr(true)}},
					Grants: []*bytehouse.GrantForUpdateGrantsForUserInput{{
						ClusterID: &cluster, Targets: []*bytehouse.TargetForUpdateGrantsForUserInput{{Database: Ptr("sdk-go-both")}},
						Privileges: []*bytehouse.PrivilegeForUpdateGrantsForUserInput{{Name: Ptr("SELECT")}},
					}},
				}))
			}
			has := func() bool {
				for _, role := range Must(api.ShowRolesForUser(&bytehouse.ShowRolesForUserInput{Username: &user})).Data.Roles {
					if Value(role.RoleID) == id {
						return true
					}
				}
				return false
			}
			change("GRANT")
			Equal(has(), true)
			change("REVOKE")
			Equal(has(), false)
		})
	})

	Case("the grants of a role are updated", func() {
		name := Fresh("role-")
		withRole(name, func(id int32) {
			change := func(action string) {
				answer := Must(api.UpdateGrantsForRole(&bytehouse.UpdateGrantsForRoleInput{RoleID: &id, ActionType: &action, Grants: []*bytehouse.GrantForUpdateGrantsForRoleInput{{
					ClusterID: &cluster, Targets: []*bytehouse.TargetForUpdateGrantsForRoleInput{{Database: Ptr("sdk-go"), Table: Ptr("t")}},
					Privileges: []*bytehouse.PrivilegeForUpdateGrantsForRoleInput{{Name: Ptr("SELECT"), Columns: []*string{Ptr("c")}}},
				}}}))
				True(Value(answer.Data.Message) != "", "there is no message")
			}
			grants := func() int {
				return len(Must(api.ShowPrivilegesForRole(&bytehouse.ShowPrivilegesForRoleInput{RoleID: &id})).Data.Grants)
			}
			change("GRANT")
			Equal(grants(), 1)
			change("REVOKE")
			Equal(grants(), 0)
		})
	})
}

func universally() {
	call := func(method universal.HttpMethod, kind universal.ContentType, action, version string, input map[string]any) (map[string]any, error) {
		output, err := universal.New(open(AccessKey, SecretKey, "")).DoCall(universal.RequestUniversal{
			ServiceName: "bytehouse_ce", Action: action, Version: version, HttpMethod: method, ContentType: kind,
		}, &input)
		return *output, err
	}
	result := func(answer map[string]any) map[string]any { return answer["Result"].(map[string]any) }

	Case("the universal client lists by every method and content type", func() {
		expected := names(list(window(3, 2)))
		for _, way := range []struct {
			method universal.HttpMethod
			kind   universal.ContentType
		}{{universal.GET, universal.Default}, {universal.POST, universal.ApplicationJSON}, {universal.POST, universal.Default}, {universal.POST, universal.FormUrlencoded}} {
			answer := result(Must(call(way.method, way.kind, "ListUsers", "2024-08-31", map[string]any{"Offset": 2, "Limit": 3})))
			found := Each(answer["Data"].(map[string]any)["Users"].([]any), func(one any) string { return one.(map[string]any)["Username"].(string) })
			Equal(found, expected, way)
		}
	})

	Case("names that have to be escaped arrive by query and by body", func() {
		for _, name := range []string{"张三", "李 四", "a b*~+/=&%", "rocket🚀", `"quoted\name"`, "o'brien"} {
			for _, way := range []struct {
				method universal.HttpMethod
				kind   universal.ContentType
			}{{universal.GET, universal.Default}, {universal.POST, universal.ApplicationJSON}} {
				answer := result(Must(call(way.method, way.kind, "GetUserDetail", "2024-08-31", map[string]any{"Username": name})))
				Equal(answer["Data"].(map[string]any)["User"].(map[string]any)["Username"].(string), name)
			}
		}
	})

	Case("an action that is none, and another version, are not found", func() {
		for _, action := range []string{"CreateUser", "listUsers", "TagResources"} {
			_, err := call(universal.POST, universal.ApplicationJSON, action, "2024-08-31", nil)
			Equal(refused(err, 404, "InvalidActionOrVersion").Message(), "Could not find operation "+action+" for version 2024-08-31")
		}
		_, err := call(universal.GET, universal.Default, "ListUsers", "2018-04-12", nil)
		refused(err, 404, "InvalidActionOrVersion")
	})
}

func underFaults() {
	inNamespace := func(namespace string) *bytehouse.BYTEHOUSECE20240831 {
		return connect(AccessKey+"~"+namespace, SecretKey, "")
	}

	Case("the SDK retries what is busy or broken, and nothing else", func() {
		for name, statuses := range map[string][]int{
			"ServiceUnavailable":     {503, 503, 200},
			"FlowLimitExceeded":      {429, 429, 200},
			"InternalServiceTimeout": {504, 504, 200},
			"InternalServiceError":   {502, 502, 200},
			"InternalError":          {500, 500, 200},
			"AccessDenied":           {403},
			"BadRequest":             {400},
		} {
			namespace := Fresh("retry-")
			Fault(namespace, "volcengine-bytehouse", "ListUsers", name, 2)
			_, err := inNamespace(namespace).ListUsers(nil)
			Equal(Calls(namespace, "ListUsers"), statuses, name)
			Equal(err == nil, statuses[len(statuses)-1] == 200, name)
		}
	})

	Case("tries that have been used up tell the last error", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "volcengine-bytehouse", "ListUsers", "FlowLimitExceeded", 20)
		_, err := inNamespace(namespace).ListUsers(nil)
		Equal(refused(err, 429, "FlowLimitExceeded").Message(), "Request was rejected because of flow limit.")
		Equal(Calls(namespace, "ListUsers"), []int{429, 429, 429, 429})
	})

	Case("half of an answer is asked for again, and a connection that is reset is not", func() {
		for effect, calls := range map[string]int{"truncate": 2, "reset": 1} {
			namespace := Fresh("retry-")
			Disturb(namespace, "volcengine-bytehouse", "ListUsers", effect, 1)
			answer, err := inNamespace(namespace).ListUsers(nil)
			Equal(len(Calls(namespace, "ListUsers")), calls, effect)
			if calls == 1 {
				Equal(Fails[volcengineerr.Error](err).Code(), "RequestError")
			} else {
				Equal(len(names(Must(answer, err))), 10)
			}
		}
	})

	Case("errors of the gateway are what the SDK's kind of failure holds", func() {
		for name, status := range map[string]int{"LackPolicy": 403, "MissingSignature": 401, "InvalidTimestamp": 400, "ServiceNotFound": 404, "MethodNotAllowed": 405} {
			namespace := Fresh("fault-")
			Fault(namespace, "volcengine-bytehouse", "ListUsers", name, 1)
			_, err := inNamespace(namespace).ListUsers(nil)
			refused(err, status, name)
		}
	})

	Case("a namespace in the access key keeps its own users", func() {
		suite := inNamespace(Fresh("suite-"))
		input := &bytehouse.GetUserDetailInput{Username: &otherUser}
		Must(suite.DeleteUser(&bytehouse.DeleteUserInput{UserID: Must(suite.GetUserDetail(input)).Data.User.UserID}))
		_, err := suite.GetUserDetail(input)
		wrong(err)
		Equal(Value(detail(otherUser).Username), otherUser)
	})

	Case("a temporary key goes with its token", func() {
		accessKey, secretKey, token := TemporaryKey()
		Equal(len(names(Must(connect(accessKey, secretKey, token).ListUsers(window(3, 0))))), 3)
		if Strict("volcengine-bytehouse") {
			for _, another := range []string{"another", ""} {
				_, err := connect(accessKey, secretKey, another).ListUsers(nil)
				refused(err, 401, "InvalidSecretToken")
			}
		}
	})

	Case("a wrong secret and an unknown key are refused where they are looked at", func() {
		if !Strict("volcengine-bytehouse") {
			Must(connect(AccessKey, "wrong", "").ListUsers(nil))
			return
		}
		_, err := connect(AccessKey, "wrong", "").ListUsers(nil)
		refused(err, 401, "SignatureNotMatch")
		_, err = connect("nobody", SecretKey, "").ListUsers(nil)
		refused(err, 401, "InvalidAccessKey")
	})
}

func main() {
	listing()
	aboutUsers()
	aboutRoles()
	aboutPrivileges()
	universally()
	underFaults()
	Run()
}
