// Package harness is a small frame for programs that drive a server through an official SDK; the twin of ../python/harness.py.
//
//	huawei_rocketmq http://127.0.0.1:4700            every case
//	huawei_rocketmq http://127.0.0.1:4700 limit      the cases with "limit" in their names
//
// A program prints one line per case, then `N passed, N failed`, and exits with 0 or 1. Its cases are claims:
//
//	import . "rollcall.test/sdk/harness"
//
//	func main() {
//		Case("an unknown instance is 404 with DMS.00404022", func() {
//			_, err := listUsers(unknownInstance)
//			Equal(Fails[*sdkerr.ServiceResponseError](err).ErrorCode, "DMS.00404022")
//		})
//		Run()
//	}
//
// What belongs to an account comes from the environment: SDK_ACCESS_KEY, SDK_SECRET_KEY, and SDK_<NAME> for every Setting.
package harness

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Where the program's requests go, and with which keys.
var (
	BaseURL   string
	Scheme    string
	Host      string
	Port      int
	Address   string // host:port, as the SDKs that take an endpoint without a scheme want it
	AccessKey = Setting("access_key", "test-ak")
	SecretKey = Setting("secret_key", "test-sk")
)

var (
	report = os.Stdout
	cases  []namedCase
	wanted []string
)

type namedCase struct {
	title string
	run   func()
}

// What an unmet expectation panics with.
type unmet string

func init() {
	if len(os.Args) < 2 || os.Args[1] == "-h" || os.Args[1] == "--help" {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL [WORD ...]\n", filepath.Base(os.Args[0]))
		os.Exit(1)
	}
	parsed, err := url.Parse(os.Args[1])
	if err != nil || parsed.Hostname() == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		fmt.Fprintf(os.Stderr, "%q is not a base URL such as http://127.0.0.1:4700\n", os.Args[1])
		os.Exit(1)
	}
	BaseURL = strings.TrimRight(os.Args[1], "/")
	Scheme, Host, Address = parsed.Scheme, parsed.Hostname(), parsed.Host
	Port = map[string]int{"http": 80, "https": 443}[Scheme]
	if parsed.Port() != "" {
		Port, _ = strconv.Atoi(parsed.Port()) // url.Parse has seen to it that these are digits
	}
	wanted = os.Args[2:]
	// A proxy set for the machine is not for the server under test.
	os.Setenv("NO_PROXY", Host)
	os.Setenv("no_proxy", Host)
	// Some SDKs print what they do, while the report is one line per case.
	if void, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout, os.Stderr = void, void
	}
	log.SetOutput(io.Discard)
}

// Setting is a value that differs between accounts: the environment's SDK_<NAME>, else the one of rollcall's demo data.
func Setting(name, byDefault string) string {
	if value, ok := os.LookupEnv("SDK_" + strings.ToUpper(name)); ok {
		return value
	}
	return byDefault
}

// Case adds a case. Cases run in the order in which they were added; each needs none before it.
func Case(title string, run func()) {
	cases = append(cases, namedCase{title, run})
}

// Equal wants both to be the same, members and their order in slices included.
func Equal[T any](actual, expected T, what ...any) {
	if !reflect.DeepEqual(actual, expected) {
		name := "value"
		if len(what) > 0 {
			name = strings.TrimSpace(fmt.Sprintln(what...))
		}
		Fail("%s is %s, expected %s", name, shown(actual), shown(expected))
	}
}

// True wants the condition to hold; the rest says what was expected and what was found.
func True(condition bool, format string, arguments ...any) {
	if !condition {
		Fail(format, arguments...)
	}
}

// Fail ends the case.
func Fail(format string, arguments ...any) {
	panic(unmet(fmt.Sprintf(format, arguments...)))
}

// Must is the value of a call that has to succeed.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Done is Must for calls that only return an error.
func Done(err error) {
	if err != nil {
		panic(err)
	}
}

// Fails wants an error of this class, wrapped or not, and returns it.
func Fails[E error](err error) E {
	var expected E
	if err == nil {
		Fail("no %T, but success", expected)
	}
	if !errors.As(err, &expected) {
		Fail("the error is the %T %v, expected a %T", err, err, expected)
	}
	return expected
}

// Ptr is the address of a value: SDKs mark what may be left out by pointers.
func Ptr[T any](value T) *T { return &value }

// Value is what a pointer of an SDK's answer points to, which has to be there.
func Value[T any](pointer *T) T {
	if pointer == nil {
		Fail("a %T of the answer is nil", pointer)
	}
	return *pointer
}

// Each is what a function makes of every element.
func Each[T, U any](elements []T, of func(T) U) []U {
	made := make([]U, 0, len(elements))
	for _, element := range elements {
		made = append(made, of(element))
	}
	return made
}

// Walk collects what the pages hold: page(n) is asked with the number of elements met so far, until one is empty.
func Walk[T any](page func(met int) []T) []T {
	var met []T
	for {
		elements := page(len(met))
		if len(elements) == 0 {
			return met
		}
		met = append(met, elements...)
		True(len(met) <= 1000, "the walk does not end")
	}
}

// Unique wants no element twice.
func Unique[T comparable](elements []T) {
	seen := map[T]bool{}
	for _, element := range elements {
		True(!seen[element], "%v comes twice", element)
		seen[element] = true
	}
}

// Fresh is a name that nothing has yet: the word and twelve hexadecimal digits.
func Fresh(word string) string {
	digits := make([]byte, 6)
	rand.Read(digits) // never fails
	return word + hex.EncodeToString(digits)
}

// FreshID is a new id of 32 hexadecimal digits.
func FreshID() string {
	digits := make([]byte, 16)
	rand.Read(digits) // never fails
	return hex.EncodeToString(digits)
}

// Control calls rollcall's own /_rollcall/<path> and returns the parsed answer.
func Control(method, path string, body any) any {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(Must(json.Marshal(body)))
	}
	request := Must(http.NewRequest(method, BaseURL+"/_rollcall/"+path, reader))
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	client := http.Client{Timeout: 10 * time.Second}
	answer := Must(client.Do(request))
	defer answer.Body.Close()
	text := Must(io.ReadAll(answer.Body))
	if answer.StatusCode >= 300 {
		Fail("%s /_rollcall/%s: %d %.300s", method, path, answer.StatusCode, text)
	}
	if len(text) == 0 {
		return nil
	}
	var parsed any
	Done(json.Unmarshal(text, &parsed))
	return parsed
}

// Fault makes calls of this operation in this namespace fail so many times with a row of the provider's error table.
func Fault(namespace, provider, operation, name string, times int) {
	Disturb(namespace, provider, operation, map[string]any{"error": name}, times)
}

// Disturb does anything to calls of this operation in this namespace, so many times: "reset", "truncate", {"delay": "1s"}.
func Disturb(namespace, provider, operation string, effect any, times int) {
	Control("POST", "faults?namespace="+namespace, map[string]any{
		"match":  map[string]any{"provider": provider, "operation": operation},
		"effect": effect,
		"times":  times,
	})
}

// Calls are the statuses of the calls of this operation in this namespace, oldest first.
func Calls(namespace, operation string) []int {
	answer := Control("GET", "journal?namespace="+namespace+"&operation="+operation, nil)
	entries := answer.(map[string]any)["entries"].([]any)
	statuses := make([]int, len(entries))
	for i, entry := range entries {
		statuses[len(entries)-1-i] = int(entry.(map[string]any)["status"].(float64))
	}
	return statuses
}

// TemporaryKey puts a key that goes with a token into the default namespace and returns it.
func TemporaryKey() (accessKey, secretKey, token string) {
	accessKey, secretKey, token = Fresh("temporary-ak-"), Fresh("temporary-sk-"), Fresh("temporary-token-")
	key := map[string]string{"access_key": accessKey, "secret_key": secretKey, "token": token}
	Control("POST", "namespaces/default/seed", map[string]any{"credentials": []any{key}})
	return accessKey, secretKey, token
}

// Strict says whether this server verifies the signatures of this provider.
var Strict = func() func(provider string) bool {
	modes := sync.OnceValue(func() map[string]any {
		return Control("GET", "namespaces/default/settings", nil).(map[string]any)["auth"].(map[string]any)
	})
	return func(provider string) bool { return modes()[provider] == "strict" }
}()

// Run runs the cases that were asked for, says how each went, and exits.
func Run() {
	passed, failed, running := 0, 0, "starting"
	var closing sync.Mutex // held for good by the first that prints the closing line
	close := func() {
		fmt.Fprintf(report, "%d passed, %d failed\n", passed, failed)
		if failed > 0 {
			os.Exit(1)
		}
		os.Exit(0)
	}
	seconds, err := strconv.ParseFloat(Setting("seconds", "120"), 64)
	if err != nil {
		seconds = 120
	}
	time.AfterFunc(time.Duration(seconds*float64(time.Second)), func() {
		closing.Lock()
		failed++
		fmt.Fprintf(report, "FAIL  %s: the program ran longer than %.0f s\n", running, seconds)
		close()
	})
	for _, one := range cases {
		if !isWanted(one.title) {
			continue
		}
		running = one.title
		reason := outcome(one.run)
		closing.Lock()
		if reason == "" {
			passed++
			fmt.Fprintf(report, "ok    %s\n", one.title)
		} else {
			failed++
			fmt.Fprintf(report, "FAIL  %s: %s\n", one.title, reason)
		}
		closing.Unlock()
	}
	closing.Lock()
	if passed+failed == 0 {
		failed = 1
		fmt.Fprintf(report, "FAIL  no case matches %q\n", wanted)
	}
	close()
}

func isWanted(title string) bool {
	for _, word := range wanted {
		if strings.Contains(title, word) {
			return true
		}
	}
	return len(wanted) == 0
}

// outcome is empty when the case has passed, else a line that says what was wrong and where.
func outcome(run func()) (reason string) {
	defer func() {
		problem := recover()
		if problem == nil {
			return
		}
		kind := ""
		if _, ok := problem.(unmet); !ok {
			kind = fmt.Sprintf("%T: ", problem)
		}
		reason = fmt.Sprintf("%s%v", kind, problem)
		reason = strings.Join(strings.Fields(reason), " ")
		if len(reason) > 600 {
			reason = reason[:600]
		}
		reason += " (line " + strconv.Itoa(lineOfProgram()) + ")"
	}()
	run()
	return ""
}

// lineOfProgram is the line of the case itself: the outermost of the program's own on the stack, below Run.
func lineOfProgram() (line int) {
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(1, counters)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "main.") && frame.Function != "main.main" {
			line = frame.Line
		}
		if !more {
			return line
		}
	}
}

func shown(value any) string {
	text := fmt.Sprintf("%+v", value)
	if kind := reflect.TypeOf(value); kind != nil && strings.Contains(kind.String(), "*") {
		if encoded, err := json.Marshal(value); err == nil {
			text = string(encoded)
		}
	}
	if text, ok := value.(string); ok {
		return strconv.Quote(text)
	}
	return text
}
