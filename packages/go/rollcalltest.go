// Package rollcalltest gives a test a namespace of its own on a rollcall server: a mock of the user APIs of five clouds, so exact that
// the providers' own SDKs cannot tell it from the real service.
//
//	func TestNobodyIsThereYet(t *testing.T) {
//		ns := rollcalltest.New(t, rollcalltest.Seed("empty"))
//		// point the SDK at ns.URL with ns.AccessKey and ns.SecretKey
//		ns.AssertCalled(t, "aliyun-ehpc", "ListUsersAsync", rollcalltest.Times(1))
//	}
//
// One server is started for the whole test binary, on a free port, by the first New, and ends with the binary, however that ends.
// Where ROLLCALL_URL names a server that runs already, nothing is started. Tests may run in parallel: what one does in its namespace
// no other one sees.
package rollcalltest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Namespace is a database, a journal, faults, settings and a clock of a test's own. It is dropped when the test is over.
//
// Its methods end the test where the server refuses what they ask, so they are for the test's own goroutine.
type Namespace struct {
	// URL is the server's address, as http://127.0.0.1:4700.
	URL string
	// Name is the namespace's.
	Name string
	// AccessKey holds the namespace behind a ~, which is how a signed call says where it belongs.
	AccessKey string
	// SecretKey goes with AccessKey.
	SecretKey string

	t       testing.TB
	server  *server
	options options
}

type options struct {
	seeds    []any
	isEmpty  bool
	settings map[string]map[string]string
	clock    *time.Time
	strict   bool
}

// Option says how a namespace starts.
type Option func(*options)

// Seed is the data that the namespace starts with instead of the server's demo: "empty", the path of a .json or .ndjson file or of a
// folder of them, a JSON document as text, or a value that marshals to one. Several are merged.
func Seed(seed any) Option {
	return func(o *options) {
		o.isEmpty = true
		if seed != "empty" {
			o.seeds = append(o.seeds, seed)
		}
	}
}

// Auth is how much of authentication is checked: "off", "lenient" or "strict", for all providers or for those that are named.
func Auth(mode string, providers ...string) Option {
	if len(providers) == 0 {
		providers = []string{"*"}
	}
	return func(o *options) {
		for _, provider := range providers {
			o.set("auth", provider, mode)
		}
	}
}

// Quirk takes another side where the sources disagree about the real service: Quirk("aliyun-ehpc.user-id", "number").
func Quirk(name, value string) Option {
	return func(o *options) { o.set("quirks", name, value) }
}

// Clock stops the namespace's clock at this time.
func Clock(at time.Time) Option {
	return func(o *options) { o.clock = &at }
}

// Strict fails the test when a call came to no operation of any provider: a wrong path, a misspelt action.
func Strict() Option {
	return func(o *options) { o.strict = true }
}

func (o *options) set(group, name, value string) {
	if o.settings == nil {
		o.settings = map[string]map[string]string{}
	}
	if o.settings[group] == nil {
		o.settings[group] = map[string]string{}
	}
	o.settings[group][name] = value
}

var (
	// Two test binaries may share a server.
	binaryID = func() string {
		digits := make([]byte, 6)
		if _, err := rand.Read(digits); err != nil {
			return fmt.Sprintf("%012x", time.Now().UnixNano()&0xffffffffffff)
		}
		return hex.EncodeToString(digits)
	}()
	made atomic.Int64
)

// New makes a namespace for this test. When the test is over, the calls that failed are logged if it has failed, and the namespace goes.
func New(t testing.TB, opts ...Option) *Namespace {
	t.Helper()
	server, err := theServer()
	if err != nil {
		t.Fatalf("rollcalltest: %v", err)
	}
	name := fmt.Sprintf("go-%s-%d", binaryID, made.Add(1))
	ns := &Namespace{
		URL: server.url, Name: name, AccessKey: server.accessKey + "~" + name, SecretKey: server.secretKey, t: t, server: server.about(name),
	}
	for _, option := range opts {
		option(&ns.options)
	}
	from := "template"
	if ns.options.isEmpty {
		from = "empty"
	}
	t.Cleanup(ns.close)
	var made struct{ URL string }
	ns.must(ns.server.json("PUT", "namespaces/"+name, map[string]string{"from": from}, &made))
	if made.URL != "" {
		// Its own address, where the server is one of several (--namespace-url).
		ns.URL = made.URL
	}
	ns.prepare()
	return ns
}

// prepare brings what the options say into a namespace that has just been made or reset.
func (ns *Namespace) prepare() {
	ns.t.Helper()
	for _, seed := range ns.options.seeds {
		ns.Seed(seed)
	}
	if ns.options.settings != nil {
		ns.must(ns.server.json("PATCH", ns.own("settings"), ns.options.settings, nil))
	}
	if ns.options.clock != nil {
		ns.Freeze(*ns.options.clock)
	}
}

func (ns *Namespace) close() {
	ns.t.Helper()
	if ns.options.strict {
		for _, call := range ns.calls(url.Values{}) {
			if call.isUnmatched() {
				ns.t.Errorf("rollcalltest: a call came to no operation:\n%v", call)
			}
		}
	}
	if ns.t.Failed() {
		var failed []string
		for _, call := range ns.calls(url.Values{}) {
			if call.Status >= 400 || call.Error != "" {
				failed = append(failed, call.String())
			}
		}
		if failed != nil {
			ns.t.Logf("rollcalltest: the calls that failed in namespace %s:\n%s", ns.Name, strings.Join(failed, "\n"))
		}
	}
	if err := ns.server.json("DELETE", "namespaces/"+ns.Name, nil, nil); err != nil && !isStatus(err, http.StatusNotFound) {
		ns.t.Errorf("rollcalltest: %v", err)
	}
}

// Endpoint is the server's host and port, for SDKs that want no scheme.
func (ns *Namespace) Endpoint() string { return strings.SplitN(ns.URL, "://", 2)[1] }

// Client is for plain HTTP requests: it puts them into this namespace, signed or not.
func (ns *Namespace) Client() *http.Client {
	return &http.Client{Transport: intoNamespace{ns.Name, transport}, Timeout: time.Minute}
}

type intoNamespace struct {
	name string
	next http.RoundTripper
}

func (in intoNamespace) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("X-Rollcall-Namespace", in.name)
	return in.next.RoundTrip(request)
}

// Seed merges records into the namespace, all of a document or nothing. It takes what the option of that name takes.
func (ns *Namespace) Seed(seed any) {
	ns.t.Helper()
	text, isText := seed.(string)
	switch {
	case isText && !strings.HasPrefix(strings.TrimSpace(text), "{"):
		files, err := seedFiles(text)
		ns.must(err)
		for _, file := range files {
			content, err := os.ReadFile(file)
			ns.must(err)
			kind := "application/json"
			if strings.HasSuffix(file, ".ndjson") {
				kind = "application/x-ndjson"
			}
			if err := ns.server.send("POST", ns.own("seed"), content, kind, nil); err != nil {
				ns.must(inFile(file, err))
			}
		}
	case isText:
		ns.must(ns.server.send("POST", ns.own("seed"), []byte(text), "application/json", nil))
	default:
		if raw, ok := seed.([]byte); ok {
			seed = json.RawMessage(raw)
		}
		ns.must(ns.server.json("POST", ns.own("seed"), seed, nil))
	}
}

var place = regexp.MustCompile(`^line (\d+)(?: column (\d+))?: `)

// inFile tells an error as compilers do, FILE:LINE:COLUMN: the server counts lines, but knows no file.
func inFile(file string, err error) error {
	detail := err.Error()
	found := place.FindStringSubmatch(detail)
	if found == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if found[2] != "" {
		found[1] += ":" + found[2]
	}
	return fmt.Errorf("%s:%s: %s", file, found[1], detail[len(found[0]):])
}

// seedFiles are the files that a path means, as the server's --seed has it.
func seedFiles(path string) ([]string, error) {
	information, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the seed %q is no file, no folder and not \"empty\" (%w); paths start where the test's package is", path, err)
	}
	if !information.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		name := entry.Name()
		if (strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".ndjson")) && !strings.HasSuffix(name, ".schema.json") {
			files = append(files, filepath.Join(path, name))
		}
	}
	if files == nil {
		return nil, fmt.Errorf("the folder %q holds no .json or .ndjson file; name one that does", path)
	}
	return files, nil
}

// Reset puts the namespace back to what New made: its data, settings and clock. Its faults go; the journal stays.
func (ns *Namespace) Reset() {
	ns.t.Helper()
	to := "template"
	if ns.options.isEmpty {
		to = "empty"
	}
	ns.must(ns.server.json("POST", ns.own("reset"), map[string]string{"to": to}, nil))
	ns.prepare()
}

// Freeze stops the namespace's clock at this time.
func (ns *Namespace) Freeze(at time.Time) {
	ns.t.Helper()
	time := at.UTC().Format("2006-01-02T15:04:05.000Z")
	ns.must(ns.server.json("PUT", ns.about("clock"), map[string]string{"mode": "fixed", "time": time}, nil))
}

// Advance moves the namespace's clock on: tokens expire, signatures get old.
func (ns *Namespace) Advance(by time.Duration) {
	ns.t.Helper()
	ns.must(ns.server.json("POST", ns.about("clock/advance"), map[string]string{"by": milliseconds(by)}, nil))
}

func milliseconds(length time.Duration) string { return fmt.Sprintf("%dms", length.Milliseconds()) }

func (ns *Namespace) own(path string) string { return "namespaces/" + ns.Name + "/" + path }

func (ns *Namespace) about(path string) string { return path + "?namespace=" + ns.Name }

// must ends the test with what is wrong.
func (ns *Namespace) must(err error) {
	ns.t.Helper()
	if err != nil {
		ns.t.Fatalf("rollcalltest: %v", err)
	}
}
