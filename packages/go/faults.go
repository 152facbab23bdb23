package rollcalltest

import (
	"fmt"
	"time"
)

// Failing is a choice of calls that are to fail; With and its like say how, and from then on they do.
type Failing struct {
	ns     *Namespace
	match  map[string]string
	params map[string]string
}

// Fault is in force until the test is over, it has happened as often as Times says, or it is removed.
type Fault struct {
	ns   *Namespace
	rule map[string]any
	id   int64
}

// Fail chooses the calls of an operation in this namespace: ns.Fail("aliyun-ehpc", "ListUsersAsync").With("ServiceUnavailable").
// An empty operation stands for all of the provider's.
func (ns *Namespace) Fail(provider, operation string) *Failing {
	failing := &Failing{ns: ns, match: map[string]string{"provider": provider}, params: map[string]string{}}
	if operation != "" {
		failing.match["operation"] = operation
	}
	return failing
}

// When narrows it down to calls with this parameter, of the query, the body or the path.
func (f *Failing) When(parameter, value string) *Failing {
	f.params[parameter] = value
	return f
}

// With answers with an error of the provider's table, by its name; `rollcall errors` lists them.
func (f *Failing) With(name string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"error": name})
}

// WithDetail is With for errors whose message has a gap.
func (f *Failing) WithDetail(name, detail string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"error": name, "detail": detail})
}

// WithStatus answers with this status and body, whatever the provider would say.
func (f *Failing) WithStatus(status int, body string) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"status": status, "body": body})
}

// Delayed answers as always, but later.
func (f *Failing) Delayed(by time.Duration) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"delay": milliseconds(by)})
}

// Throttled refuses what is more than so many calls a second, as the provider does.
func (f *Failing) Throttled(callsASecond int) *Fault {
	f.ns.t.Helper()
	return f.start(map[string]any{"throttle": callsASecond})
}

// Hanging never answers.
func (f *Failing) Hanging() *Fault {
	f.ns.t.Helper()
	return f.start("hang")
}

// Disconnected closes the connection instead of an answer.
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

// Times lets it happen so many times only.
func (f *Fault) Times(count int) *Fault {
	f.ns.t.Helper()
	return f.change("times", count)
}

// After lets so many calls pass first.
func (f *Fault) After(count int) *Fault {
	f.ns.t.Helper()
	return f.change("after", count)
}

func (f *Fault) change(name string, count int) *Fault {
	f.ns.t.Helper()
	before := f.id
	f.rule[name] = count
	f.set()
	// The first rule goes last, so that no call slips through between the two.
	f.remove(before)
	return f
}

func (f *Fault) set() {
	f.ns.t.Helper()
	var made struct{ ID int64 }
	f.ns.must(f.ns.server.json("POST", f.ns.about("faults"), f.rule, &made))
	f.id = made.ID
}

// Remove ends it.
func (f *Fault) Remove() {
	f.ns.t.Helper()
	f.remove(f.id)
}

func (f *Fault) remove(id int64) {
	f.ns.t.Helper()
	// A reset may have taken it away already.
	if err := f.ns.server.json("DELETE", fmt.Sprintf("faults/%d", id), nil, nil); err != nil && !isStatus(err, 404) {
		f.ns.must(err)
	}
}

// Happened is how many calls it has happened to.
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
