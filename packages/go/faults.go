package rollcalltest

import (
	"fmt"
	"time"
)

// Failing selects calls that are to fail; With and its siblings set how, and take effect immediately.
type Failing struct {
	ns     *Namespace
	match  map[string]string
	params map[string]string
}

// Fault is in effect until the test ends, it has happened as often as Times says, or it is removed.
type Fault struct {
	ns   *Namespace
	rule map[string]any
	id   int64
}

// Fail selects the calls of an operation in this namespace: ns.Fail("aliyun-ehpc", "ListUsersAsync").With("ServiceUnavailable").
// An empty operation selects all of the provider's.
func (ns *Namespace) Fail(provider, operation string) *Failing {
	failing := &Failing{ns: ns, match: map[string]string{"provider": provider}, params: map[string]string{}}
	if operation != "" {
		failing.match["operation"] = operation
	}
	return failing
}

// When narrows the selection to calls with this parameter, in the query, the body or the path.
func (f *Failing) When(parameter, value string) *Failing {
	f.params[parameter] = value
	return f
}

// With answers with an error from the provider's table, by name; `rollcall errors` lists them.
func (f *Failing) With(name string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"error": name})
}

// WithDetail is With for errors whose message has a placeholder.
func (f *Failing) WithDetail(name, detail string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"error": name, "detail": detail})
}

// WithStatus answers with this status and body instead of the provider's answer.
func (f *Failing) WithStatus(status int, body string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"status": status, "body": body})
}

// Delayed gives the normal answer after a delay.
func (f *Failing) Delayed(by time.Duration) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"delay": milliseconds(by)})
}

// Throttled refuses calls beyond this many per second, as the provider does.
func (f *Failing) Throttled(callsASecond int) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"throttle": callsASecond})
}

// Hanging never answers.
func (f *Failing) Hanging() *Fault {
	f.ns.t.Helper()
	return f.start("hang")
}

// Disconnected closes the connection instead of answering.
func (f *Failing) Disconnected() *Fault {
	f.ns.t.Helper()
	return f.start("reset")
}

// Truncated closes the connection in the middle of the answer.
func (f *Failing) Truncated() *Fault {
	f.ns.t.Helper()
	return f.start("truncate")
}

func (f *Failing) start(effect any) *Fault {
	f.ns.t.Helper()
	match := map[string]any{}
	for name, value := range f.match {
		match[name] = value
	}
	if len(f.params) > 0 {
		match["params"] = f.params
	}
	fault := &Fault{ns: f.ns, rule: map[string]any{"match": match, "effect": effect}}
	fault.set()
	return fault
}

// Times limits how often it happens.
func (f *Fault) Times(count int) *Fault {
	f.ns.t.Helper()
	return f.change("times", count)
}

// After lets this many calls pass first.
func (f *Fault) After(count int) *Fault {
	f.ns.t.Helper()
	return f.change("after", count)
}

func (f *Fault) change(name string, count int) *Fault {
	f.ns.t.Helper()
	before := f.id
	f.rule[name] = count
	f.set()
	// The first rule is removed last, so that no call slips through in between.
	f.remove(before)
	return f
}

func (f *Fault) set() {
	f.ns.t.Helper()
	var made struct{ ID int64 }
	f.ns.must(f.ns.server.json("POST", f.ns.about("faults"), f.rule, &made))
	f.id = made.ID
}

// Remove removes the fault.
func (f *Fault) Remove() {
	f.ns.t.Helper()
	f.remove(f.id)
}

func (f *Fault) remove(id int64) {
	f.ns.t.Helper()
	// A reset may have removed it already.
	if err := f.ns.server.json("DELETE", fmt.Sprintf("faults/%d", id), nil, nil); err != nil && !isStatus(err, 404) {
		f.ns.must(err)
	}
}

// Happened returns how many calls it has happened to.
func (f *Fault) Happened() int {
	f.ns.t.Helper()
	var rules []struct {
		ID       int64
		Happened int
	}
	f.ns.must(f.ns.server.json("GET", f.ns.about("faults"), nil, &rules))
	for _, rule := range rules {
		if rule.ID == f.id {
			return rule.Happened
		}
	}
	f.ns.t.Fatalf("rollcalltest: fault %d is gone; ask before it is removed or the namespace reset", f.id)
	return 0
}
