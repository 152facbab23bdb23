// Package sdktest uses rollcalltest as its users do: with an official SDK that knows nothing of rollcall.
package sdktest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rollcall-mock/rollcalltest"
	bytehouse "github.com/volcengine/volcengine-go-sdk/service/bytehousece20240831"
	"github.com/volcengine/volcengine-go-sdk/volcengine"
	"github.com/volcengine/volcengine-go-sdk/volcengine/session"
	"github.com/volcengine/volcengine-go-sdk/volcengine/volcengineerr"
)

const provider = "volcengine-bytehouse"

func client(ns *rollcalltest.Namespace) *bytehouse.BYTEHOUSECE20240831 {
	config := volcengine.NewConfig().WithAkSk(ns.AccessKey, ns.SecretKey).WithEndpoint(ns.URL).WithRegion("cn-beijing").
		WithSleepDelay(func(time.Duration) {})
	return bytehouse.New(session.Must(session.NewSession(config)))
}

func TestTheSDKRetriesAndItsTriesAreCounted(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t, rollcalltest.Auth("strict"))
	busy := ns.Fail(provider, "ListUsers").With("FlowLimitExceeded").Times(2)
	answer, err := client(ns).ListUsers(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Data.Users) != 10 || busy.Happened() != 2 {
		t.Fatal(len(answer.Data.Users), busy.Happened())
	}
	ns.AssertCalled(t, provider, "ListUsers", rollcalltest.Times(3))
	ns.AssertCalled(t, provider, "ListUsers", rollcalltest.Times(2), rollcalltest.Status(429))
	ns.AssertNotCalled(t, provider, "DeleteUser")
}

func TestWhatTheSDKDeletesIsGoneInItsOwnNamespaceOnly(t *testing.T) {
	t.Parallel()
	for i := 0; i < 10; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			ns := rollcalltest.New(t, rollcalltest.Auth("strict"))
			api, name := client(ns), "alice.chen"
			user, err := api.GetUserDetail(&bytehouse.GetUserDetailInput{Username: &name})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := api.DeleteUser(&bytehouse.DeleteUserInput{UserID: user.Data.User.UserID}); err != nil {
				t.Fatal(err)
			}
			_, err = api.GetUserDetail(&bytehouse.GetUserDetailInput{Username: &name})
			var failure volcengineerr.RequestFailure
			if !errors.As(err, &failure) || failure.StatusCode() != 400 {
				t.Fatal(err)
			}
			ns.Reset()
			if _, err := api.GetUserDetail(&bytehouse.GetUserDetailInput{Username: &name}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAnEmptyNamespaceHasNoUsers(t *testing.T) {
	t.Parallel()
	answer, err := client(rollcalltest.New(t, rollcalltest.Seed("empty"))).ListUsers(nil)
	if err != nil || len(answer.Data.Users) != 0 || *answer.Meta.Total != 0 {
		t.Fatal(answer, err)
	}
}
