package rollcalltest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-mock/rollcalltest"
)

const bytehouse = "volcengine-bytehouse"

// answer is what ByteHouse says to an action with these parameters.
type answer struct {
	status           int
	ResponseMetadata struct {
		Error struct{ Code, Message string }
	}
	Result struct {
		Meta struct{ Total int }
		Data struct {
			Users []struct {
				Username string
				UserID   int
			}
		}
	}
}

func call(t testing.TB, ns *rollcalltest.Namespace, query string) answer {
	t.Helper()
	response, err := ns.Client().Get(ns.URL + "/?Version=2024-08-31&" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	read := answer{status: response.StatusCode}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatalf("%v: %.300s", err, text)
	}
	return read
}

func total(t testing.TB, ns *rollcalltest.Namespace) int {
	t.Helper()
	return call(t, ns, "Action=ListUsers&Limit=1").Result.Meta.Total
}

func equal[T comparable](t testing.TB, actual, expected T) {
	t.Helper()
	if actual != expected {
		t.Fatalf("%v, expected %v", actual, expected)
	}
}

// report is a test whose outcome is looked at instead of told.
type report struct {
	testing.TB
	mutex    sync.Mutex
	errors   []string
	logs     []string
	cleanups []func()
}

func (r *report) Helper() {}
func (r *report) Errorf(format string, arguments ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, arguments...))
}
func (r *report) Error(arguments ...any) { r.Errorf("%s", fmt.Sprint(arguments...)) }
func (r *report) Fatalf(format string, arguments ...any) {
	r.Errorf(format, arguments...)
	runtime.Goexit()
}
func (r *report) Logf(format string, arguments ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, arguments...))
}
func (r *report) Failed() bool           { return len(r.errors) > 0 }
func (r *report) Cleanup(cleanup func()) { r.cleanups = append(r.cleanups, cleanup) }

// outcome runs a test to its end, cleanups included.
func outcome(t *testing.T, test func(t testing.TB)) *report {
	r := &report{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(r.cleanups) - 1; i >= 0; i-- {
				r.cleanups[i]()
			}
		}()
		test(r)
	}()
	<-done
	return r
}

// fails wants the test to have failed once, with all of these in what it told.
func (r *report) fails(t *testing.T, parts ...string) {
	t.Helper()
	if len(r.errors) != 1 {
		t.Fatalf("%d errors: %q", len(r.errors), r.errors)
	}
	for _, part := range parts {
		if !strings.Contains(r.errors[0], part) {
			t.Errorf("%q is not in\n%s", part, r.errors[0])
		}
	}
}

func TestANamespaceStartsWithTheDemoAndIsGoneAfterTheTest(t *testing.T) {
	t.Parallel()
	var gone *rollcalltest.Namespace
	t.Run("inner", func(t *testing.T) {
		gone = rollcalltest.New(t)
		if total(t, gone) < 20 {
			t.Fatal("the demo has more users")
		}
	})
	response, err := http.Get(gone.URL + "/_rollcall/namespaces/" + gone.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	equal(t, response.StatusCode, 404)
}

func TestParallelTestsDoNotMeet(t *testing.T) {
	t.Parallel()
	demo := total(t, rollcalltest.New(t))
	for worker := 0; worker < 20; worker++ {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			ns := rollcalltest.New(t)
			users := call(t, ns, "Action=ListUsers&Limit=100").Result.Data.Users
			for i := 1; i <= 5; i++ {
				call(t, ns, fmt.Sprintf("Action=DeleteUser&UserID=%d", users[10+i].UserID))
				equal(t, total(t, ns), demo-i)
			}
			ns.AssertCalled(t, bytehouse, "DeleteUser", rollcalltest.Times(5))
			equal(t, len(ns.Calls(bytehouse, "ListUsers")), 6)
		})
	}
}

func TestSeedsAreEmptyOrTextOrValuesOrFilesOrFolders(t *testing.T) {
	t.Parallel()
	user := func(name string) map[string]any {
		return map[string]any{bytehouse: map[string]any{"Users": []any{map[string]any{
			"ID": len(name), "UserID": len(name), "AccountID": 7, "Username": name, "CloudName": "", "UserType": "NORMAL", "Status": "ACTIVE", "Emaill": "",
			"Description": "", "Readonly": false, "IsSystemAdmin": false, "LastLoginAt": 0, "CreatedAt": 0, "UpdatedAt": 0, "Immutable": false, "Clusters": []any{},
		}}}}
	}
	text := func(name string) []byte {
		encoded, err := json.Marshal(user(name))
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	folder := t.TempDir()
	for name, content := range map[string]string{
		"one.json": string(text("one")), "more.ndjson": string(text("second")) + "\n" + string(text("another")) + "\n", "x.schema.json": "{", "README": "no seed",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, one := range map[string]struct {
		seeds []any
		users int
	}{
		"empty":  {[]any{"empty"}, 0},
		"value":  {[]any{user("a")}, 1},
		"text":   {[]any{string(text("a"))}, 1},
		"bytes":  {[]any{text("a")}, 1},
		"file":   {[]any{filepath.Join(folder, "one.json")}, 1},
		"lines":  {[]any{filepath.Join(folder, "more.ndjson")}, 2},
		"folder": {[]any{folder}, 3},
		"two":    {[]any{user("a"), user("bb")}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var options []rollcalltest.Option
			for _, seed := range one.seeds {
				options = append(options, rollcalltest.Seed(seed))
			}
			equal(t, total(t, rollcalltest.New(t, options...)), one.users)
		})
	}
}

func TestABadSeedEndsTheTestWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Seed("nothing.json")) }).fails(t, `"nothing.json" is no file`)
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Seed(t.TempDir())) }).fails(t, "holds no .json or .ndjson file")
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Seed(`{"aliyun": {}}`)) }).fails(t, "aliyun")
	file := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(file, []byte(`{"volcengine-bytehouse": {"Users": [{"Username": 5}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Seed(file)) }).fails(t, "bad.json:1:50: at volcengine-bytehouse.Users")
}

func TestAuthQuirksAndClockHoldForTheNamespaceAndAfterAReset(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ns := rollcalltest.New(t, rollcalltest.Auth("strict", bytehouse), rollcalltest.Clock(start))
	for range [2]int{} {
		refused := call(t, ns, "Action=ListUsers")
		equal(t, refused.status >= 400 && refused.ResponseMetadata.Error.Code != "", true)
		calls := ns.Calls()
		equal(t, calls[len(calls)-1].Time.Truncate(time.Second), start)
		ns.Advance(90 * time.Minute)
		call(t, ns, "Action=ListUsers")
		calls = ns.Calls()
		equal(t, calls[len(calls)-1].Time.Truncate(time.Second), start.Add(90*time.Minute))
		ns.Reset()
	}
	equal(t, total(t, rollcalltest.New(t)) > 0, true)

	quirky := rollcalltest.New(t, rollcalltest.Quirk("volcengine-bytehouse.email-key", "both"), rollcalltest.Auth("off"))
	response, err := quirky.Client().Get(quirky.URL + "/?Version=2024-08-31&Action=ListUsers")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	equal(t, strings.Contains(string(text), `"Email":`), true)
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Quirk("volcengine-bytehouse.email-key", "x")) }).fails(t, "email-key")
	outcome(t, func(t testing.TB) { rollcalltest.New(t, rollcalltest.Auth("very")) }).fails(t, "very")
}

func TestAResetPutsBackWhatNewMade(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]rollcalltest.Option{"demo": nil, "empty": {rollcalltest.Seed("empty")}} {
		ns := rollcalltest.New(t, options...)
		before := total(t, ns)
		ns.Seed(`{"volcengine-bytehouse": {"Users": [{"ID": 1, "UserID": 990, "AccountID": 12345678, "Username": "new", "CloudName": "", "UserType": "NORMAL",
			"Status": "ACTIVE", "Emaill": "", "Description": "", "Readonly": false, "IsSystemAdmin": false, "LastLoginAt": 0, "CreatedAt": 0, "UpdatedAt": 0,
			"Immutable": false, "Clusters": []}]}}`)
		ns.Fail(bytehouse, "ListUsers").With("AccessDenied").After(1)
		equal(t, total(t, ns), before+1)
		equal(t, call(t, ns, "Action=ListUsers").status, 403)
		ns.Reset()
		if after := total(t, ns); after != before {
			t.Errorf("%s: %d users after the reset, %d before", name, after, before)
		}
	}
}

func TestFaultsHappenAsOftenAsTheySay(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t)
	statuses := func(query string, count int) string {
		var seen []string
		for i := 0; i < count; i++ {
			seen = append(seen, fmt.Sprint(call(t, ns, query).status))
		}
		return strings.Join(seen, " ")
	}
	busy := ns.Fail(bytehouse, "ListUsers").With("ServiceUnavailable").After(1).Times(2)
	equal(t, statuses("Action=ListUsers", 5), "200 503 503 200 200")
	equal(t, busy.Happened(), 2)
	equal(t, statuses("Action=ListRoles", 1), "200")
	busy.Remove()
	busy.Remove()

	one := ns.Fail(bytehouse, "GetUserDetail").When("Username", "dba").WithStatus(418, `{}`)
	equal(t, statuses("Action=GetUserDetail&Username=dba", 2), "418 418")
	equal(t, statuses("Action=GetUserDetail&Username=user1", 1), "200")
	one.Remove()

	all := ns.Fail(bytehouse, "").WithDetail("MissingParameter", "Colour")
	equal(t, call(t, ns, "Action=ListRoles").ResponseMetadata.Error.Message, "The request is missing Colour parameter.")
	all.Remove()

	late := ns.Fail(bytehouse, "ListUsers").Delayed(300 * time.Millisecond)
	started := time.Now()
	equal(t, statuses("Action=ListUsers", 1), "200")
	equal(t, time.Since(started) >= 300*time.Millisecond, true)
	late.Remove()

	ns.Fail(bytehouse, "ListUsers").Throttled(0)
	equal(t, statuses("Action=ListUsers", 1), "429")
	equal(t, total(t, rollcalltest.New(t)) > 0, true)
}

func TestConnectionsFailToo(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*rollcalltest.Failing) *rollcalltest.Fault{
		"disconnected": (*rollcalltest.Failing).Disconnected, "truncated": (*rollcalltest.Failing).Truncated, "hanging": (*rollcalltest.Failing).Hanging,
	} {
		ns := rollcalltest.New(t)
		start(ns.Fail(bytehouse, "ListUsers"))
		client := ns.Client()
		client.Timeout = time.Second
		response, err := client.Get(ns.URL + "/?Version=2024-08-31&Action=ListUsers")
		if err == nil {
			_, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: the call was answered", name)
		}
		calls := ns.Calls()
		delivery := map[string]string{"disconnected": "reset", "truncated": "truncate", "hanging": "hang"}[name]
		if found := calls[len(calls)-1].Delivery; found != delivery {
			t.Errorf("%s: delivery is %q", name, found)
		}
	}
}

func TestAFaultThatIsNoneEndsTheTest(t *testing.T) {
	t.Parallel()
	outcome(t, func(t testing.TB) { rollcalltest.New(t).Fail(bytehouse, "ListUsers").With("NoSuchError") }).fails(t, "NoSuchError")
	outcome(t, func(t testing.TB) { rollcalltest.New(t).Fail("nobody", "ListUsers").With("AccessDenied") }).fails(t, "nobody")
	outcome(t, func(t testing.TB) { rollcalltest.New(t).Fail(bytehouse, "ListUsers").With("AccessDenied").Times(0) }).fails(t, "times")
	outcome(t, func(t testing.TB) {
		fault := rollcalltest.New(t).Fail(bytehouse, "ListUsers").With("AccessDenied")
		fault.Remove()
		fault.Happened()
	}).fails(t, "is gone")
}

func TestCallsAreCountedAndNearMissesTold(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t)
	call(t, ns, "Action=ListUsers&Limit=3")
	call(t, ns, "Action=GetUserDetail&Username=nobody-here")
	ns.AssertCalled(t, bytehouse, "ListUsers")
	ns.AssertCalled(t, bytehouse, "ListUsers", rollcalltest.AtMost(1), rollcalltest.Param("Limit", "3"))
	ns.AssertCalled(t, bytehouse, "GetUserDetail", rollcalltest.AtLeast(1), rollcalltest.Status(400))
	ns.AssertNotCalled(t, bytehouse, "DeleteUser")
	ns.AssertNotCalled(t, bytehouse, "ListUsers", rollcalltest.Param("Limit", "4"))

	outcome(t, func(t testing.TB) { ns.AssertCalled(t, bytehouse, "ListUsers", rollcalltest.Times(2)) }).
		fails(t, "volcengine-bytehouse ListUsers: found 1 such call, wanted exactly 2", "the nearest calls:", `differs: operation is "GetUserDetail", not "ListUsers"`)
	outcome(t, func(t testing.TB) { ns.AssertCalled(t, bytehouse, "ListUsers", rollcalltest.Param("Limit", "4")) }).fails(t, "differs: ", "Limit")
	outcome(t, func(t testing.TB) { ns.AssertNotCalled(t, bytehouse, "ListUsers") }).fails(t, "wanted exactly 0")
	outcome(t, func(t testing.TB) { ns.AssertCalled(t, "nobody", "ListUsers") }).fails(t, "nobody")

	calls := ns.Calls()
	equal(t, len(calls), 2)
	equal(t, calls[0].Operation+" "+calls[1].Operation, "ListUsers GetUserDetail")
	equal(t, calls[1].Status, 400)
	equal(t, calls[1].Error, "BadRequest")
	equal(t, len(ns.Calls("huawei-workspace")), 0)
}

func TestCallsThatAreStillToComeAreWaitedFor(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t)
	ns.Fail(bytehouse, "ListUsers").Delayed(200 * time.Millisecond)
	done := make(chan error, 1)
	go func() {
		response, err := ns.Client().Get(ns.URL + "/?Version=2024-08-31&Action=ListUsers")
		if err == nil {
			response.Body.Close()
		}
		done <- err
	}()
	ns.AssertCalled(t, bytehouse, "ListUsers", rollcalltest.Within(10*time.Second))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestMoreThanAThousandCallsAreReadInPages(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t)
	for i := 0; i < 1005; i++ {
		call(t, ns, "Action=ListUsers&Limit=1")
	}
	// The server keeps the newest thousand of a namespace unless it is told otherwise.
	calls := ns.Calls()
	equal(t, len(calls), 1000)
	equal(t, calls[999].ID > calls[0].ID, true)
}

func TestAFailedTestTellsTheCallsThatFailed(t *testing.T) {
	t.Parallel()
	told := outcome(t, func(t testing.TB) {
		ns := rollcalltest.New(t)
		call(t, ns, "Action=ListUsers")
		call(t, ns, "Action=GetUserDetail&Username=nobody-here")
		t.Errorf("it went wrong")
	})
	equal(t, len(told.logs), 1)
	for _, part := range []string{"the calls that failed in namespace go-", "Action=GetUserDetail", "400 BadRequest"} {
		if !strings.Contains(told.logs[0], part) {
			t.Errorf("%q is not in\n%s", part, told.logs[0])
		}
	}
	equal(t, strings.Contains(told.logs[0], "Action=ListUsers"), false)
	passed := outcome(t, func(t testing.TB) { call(t, rollcalltest.New(t), "Action=GetUserDetail&Username=nobody-here") })
	equal(t, len(passed.logs)+len(passed.errors), 0)
}

func TestAStrictNamespaceFailsATestWhoseCallCameToNoOperation(t *testing.T) {
	t.Parallel()
	outcome(t, func(t testing.TB) {
		ns := rollcalltest.New(t, rollcalltest.Strict())
		call(t, ns, "Action=ListUsers")
		response, err := ns.Client().Get(ns.URL + "/nothing/here")
		if err != nil {
			t.Fatalf("%v", err)
		}
		response.Body.Close()
	}).fails(t, "a call came to no operation", "/nothing/here")
	fine := outcome(t, func(t testing.TB) { call(t, rollcalltest.New(t, rollcalltest.Strict()), "Action=ListUsers") })
	equal(t, len(fine.errors), 0)
}

func TestAFixtureCostsLittle(t *testing.T) {
	// Not in parallel: it is timed. The bound is far above what it takes, which it tells.
	const rounds = 50
	rollcalltest.New(t)
	started := time.Now()
	for i := 0; i < rounds; i++ {
		outcome(t, func(t testing.TB) { rollcalltest.New(t) })
	}
	each := time.Since(started) / rounds
	t.Logf("a namespace, made and dropped: %v", each)
	equal(t, each < 50*time.Millisecond, true)
}
