package rollcalltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Call is a call in the journal of a namespace.
type Call struct {
	// ID increases over the server's lifetime.
	ID uint64 `json:"id"`
	// Time is in the namespace's clock.
	Time      time.Time `json:"time"`
	Namespace string    `json:"namespace"`
	// Provider is empty if none claimed the call.
	Provider  string `json:"provider"`
	Operation string `json:"operation"`
	// Stage is where the call was answered: recognise, fault, gateway, operation, answered or broken.
	Stage  string `json:"stage"`
	Status int    `json:"status"`
	// Delivery is how a fault disrupted the answer: hang, reset or truncate; empty if it arrived complete.
	Delivery string `json:"delivery"`
	// Error is the name of a row in the provider's error table; empty for a success.
	Error     string `json:"error"`
	RequestID string `json:"request_id"`
	Method    string `json:"method"`
	// Target is the path and query, with secrets masked.
	Target string `json:"target"`
	// Explanation is what was wrong, what nearly matched, and what to do.
	Explanation []string `json:"explanation"`
	// Differs is how a near miss differs from the expectation.
	Differs []string `json:"differs"`
}

// String is the call in one line, followed by lines about what was wrong with it.
func (c Call) String() string {
	outcome, what := strings.TrimSpace(fmt.Sprintf("%d %s", c.Status, c.Error)), strings.TrimSpace(c.Provider+" "+c.Operation)
	if c.Provider == "" {
		what = "no provider's API"
	}
	target := c.Target
	if len(target) > 200 {
		target = strings.ToValidUTF8(target[:200], "") + "…"
	}
	lines := []string{fmt.Sprintf("    #%d %s %s -> %s (%s, %s)", c.ID, c.Method, target, outcome, what, c.Stage)}
	for _, line := range c.Explanation {
		lines = append(lines, "        "+line)
	}
	for _, line := range c.Differs {
		lines = append(lines, "        differs: "+line)
	}
	return strings.Join(lines, "\n")
}

func (c Call) isUnmatched() bool {
	for _, line := range c.Explanation {
		if strings.HasPrefix(line, "Near: ") {
			return true
		}
	}
	return c.Stage == "recognise" || c.Stage == "broken"
}

// Calls returns the calls in this namespace, oldest first: all of them, those of a provider, or those of an operation.
func (ns *Namespace) Calls(providerAndOperation ...string) []Call {
	ns.t.Helper()
	filter := url.Values{}
	for i, name := range []string{"provider", "operation"} {
		if i < len(providerAndOperation) {
			filter.Set(name, providerAndOperation[i])
		}
	}
	return ns.calls(filter)
}

func (ns *Namespace) calls(filter url.Values) []Call {
	ns.t.Helper()
	filter.Set("namespace", ns.Name)
	var newestFirst []Call
	for {
		var page struct{ Entries []Call }
		if err := ns.server.json("GET", "journal?"+filter.Encode(), nil, &page); err != nil {
			// Does not end the test, which may already be over.
			ns.t.Errorf("rollcalltest: %v", err)
			return nil
		}
		newestFirst = append(newestFirst, page.Entries...)
		if len(page.Entries) < 1000 {
			break
		}
		filter.Set("before", strconv.FormatUint(page.Entries[len(page.Entries)-1].ID, 10))
	}
	calls := make([]Call, len(newestFirst))
	for i, call := range newestFirst {
		calls[len(calls)-1-i] = call
	}
	return calls
}

// Expected narrows down which calls AssertCalled counts, and sets how many there should be.
type Expected func(*question)

type question struct {
	Match struct {
		Provider  string            `json:"provider,omitempty"`
		Operation string            `json:"operation,omitempty"`
		Namespace string            `json:"namespace"`
		Params    map[string]string `json:"params,omitempty"`
	} `json:"match"`
	Status int            `json:"status,omitempty"`
	Count  map[string]int `json:"count"`
	WaitMS int64          `json:"wait_ms,omitempty"`
}

// Times expects exactly this many calls.
func Times(count int) Expected {
	return func(q *question) { q.Count = map[string]int{"exactly": count} }
}

// AtLeast expects this many calls or more.
func AtLeast(count int) Expected {
	return func(q *question) { q.Count = map[string]int{"at_least": count} }
}

// AtMost expects this many calls or fewer.
func AtMost(count int) Expected {
	return func(q *question) { q.Count = map[string]int{"at_most": count} }
}

// Within waits this long for calls still to come, at most a minute.
func Within(length time.Duration) Expected {
	return func(q *question) { q.WaitMS = length.Milliseconds() }
}

// Status counts only calls that were answered with this status.
func Status(status int) Expected {
	return func(q *question) { q.Status = status }
}

// Param counts only calls with this parameter, in the query, the body or the path.
func Param(name, value string) Expected {
	return func(q *question) {
		if q.Match.Params == nil {
			q.Match.Params = map[string]string{}
		}
		q.Match.Params[name] = value
	}
}

// AssertCalled fails the test, without ending it, unless an operation was called at least once in this namespace, or as often as
// expected; the failure lists the closest calls with their differences.
func (ns *Namespace) AssertCalled(t testing.TB, provider, operation string, expected ...Expected) bool {
	t.Helper()
	ask := question{Count: map[string]int{"at_least": 1}}
	ask.Match.Provider, ask.Match.Operation, ask.Match.Namespace = provider, operation, ns.Name
	for _, one := range expected {
		one(&ask)
	}
	err := ns.server.json("POST", ns.about("journal/verify"), ask, nil)
	if err == nil {
		return true
	}
	var refused *refusal
	if !errors.As(err, &refused) || refused.nearest == nil {
		t.Errorf("rollcalltest: %v", err)
		return false
	}
	lines := []string{fmt.Sprintf("rollcalltest: %s %s: %s", provider, operation, refused.detail)}
	if len(refused.nearest) > 0 {
		lines = append(lines, "the nearest calls:")
	}
	for _, call := range refused.nearest {
		lines = append(lines, call.String())
	}
	t.Error(strings.Join(lines, "\n"))
	return false
}

// AssertNotCalled is AssertCalled with Times(0).
func (ns *Namespace) AssertNotCalled(t testing.TB, provider, operation string, expected ...Expected) bool {
	t.Helper()
	return ns.AssertCalled(t, provider, operation, append(expected[:len(expected):len(expected)], Times(0))...)
}

// refusal is an error answer of the control plane.
type refusal struct {
	status  int
	detail  string
	pointer string
	nearest []Call
}

func (r *refusal) Error() string {
	// The message about a seed already contains the place.
	if place := r.pointer[strings.LastIndex(r.pointer, "/")+1:]; place != "" && !strings.Contains(r.detail, place) {
		return fmt.Sprintf("%s (at %s)", r.detail, r.pointer)
	}
	return r.detail
}

func isStatus(err error, status int) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.status == status
}

// refusalOf parses an RFC 9457 answer; false if it is not one, so that something other than rollcall has answered.
func refusalOf(status int, body []byte) (*refusal, bool) {
	var problem struct {
		Detail  string
		Pointer string
		Nearest []Call
	}
	if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
		return nil, false
	}
	return &refusal{status, problem.Detail, problem.Pointer, problem.Nearest}, true
}
