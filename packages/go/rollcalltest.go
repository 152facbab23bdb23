// Package rollcalltest gives every test its own namespace on a rollcall server, a mock of the user APIs of five clouds so exact that
// the providers' own SDKs cannot tell it from the real service.
//
//	func TestNoUsersYet(t *testing.T) {
//		ns := rollcalltest.New(t, rollcalltest.Seed("empty"))
//		// point the SDK at ns.URL with ns.AccessKey and ns.SecretKey
//		ns.AssertCalled(t, "aliyun-ehpc", "ListUsersAsync", rollcalltest.Times(1))
//	}
//
// The first New starts one server for the whole test binary, on a free port; it ends with the binary, however that ends. If
// ROLLCALL_URL is set, that running server is used instead. Tests may run in parallel: no test sees what another does in its
// namespace.
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

// Namespace has its own database, journal, faults, settings and clock for one test. It is dropped when the test ends.
//
// Its methods end the test if the server refuses a request, so they are for the test's own goroutine.
type Namespace struct {
	// URL is the server's address, such as http://127.0.0.1:4700.
	URL string
	// Name is the name of the namespace.
	Name string
	// AccessKey ends in ~ and the namespace, by which signed calls select it.
	AccessKey string
	// SecretKey belongs to AccessKey.
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

// Option configures a namespace.
type Option func(*options)

// Seed sets the initial data, instead of the server's demo: "empty", the path of a .json or .ndjson file or of a folder of them, a
// JSON document as text, or a value that marshals to one. Several are merged.
func Seed(seed any) Option {
	return func(o *options) {
		o.isEmpty = true
		if seed != "empty" {
			o.seeds = append(o.seeds, seed)
		}
	}
}

// Auth sets how strictly authentication is checked: "off", "lenient" or "strict", for all providers or only for those named.
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

// Quirk selects an alternative where the sources disagree about the real service: Quirk("aliyun-ehpc.user-id", "number").
func Quirk(name, value string) Option {
	return func(o *options) { o.set("quirks", name, value) }
}

// Clock freezes the namespace's clock at this time.
func Clock(at time.Time) Option {
	return func(o *options) { o.clock = &at }
}

// Strict fails the test if a call matched no operation of any provider, because of a wrong path or a misspelt action.
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

// New creates a namespace for this test and drops it when the test ends; if the test failed, its failed calls are logged.
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
		// Its own address, if the server is one of several (--namespace-url).
		ns.URL = made.URL
	}
	ns.prepare()
	return ns
}

// prepare applies the options to a namespace that was just created or reset.
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

// Endpoint returns the server's host and port, for SDKs that expect no scheme.
func (ns *Namespace) Endpoint() string { return strings.SplitN(ns.URL, "://", 2)[1] }

// Client returns a client for plain HTTP requests, which sends them to this namespace, signed or not.
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

// Seed merges records into the namespace, each document atomically. It accepts the same values as the option of that name.
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

// inFile formats an error as compilers do, FILE:LINE:COLUMN; the server knows the line, but not the file.
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

// seedFiles returns the files at a path, as the server's --seed does.
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

// Reset restores the namespace to what New created: its data, settings and clock. Its faults are removed; the journal is kept.
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

// Advance moves the namespace's clock forward: tokens expire, signatures become outdated.
func (ns *Namespace) Advance(by time.Duration) {
	ns.t.Helper()
	ns.must(ns.server.json("POST", ns.about("clock/advance"), map[string]string{"by": milliseconds(by)}, nil))
}

func milliseconds(length time.Duration) string { return fmt.Sprintf("%dms", length.Milliseconds()) }

func (ns *Namespace) own(path string) string { return "namespaces/" + ns.Name + "/" + path }

func (ns *Namespace) about(path string) string { return path + "?namespace=" + ns.Name }

// must ends the test if there is an error.
func (ns *Namespace) must(err error) {
	ns.t.Helper()
	if err != nil {
		ns.t.Fatalf("rollcalltest: %v", err)
	}
}
