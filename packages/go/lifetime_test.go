//go:build unix

package rollcalltest_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-mock/rollcalltest"
)

// TestInAnotherProcess is what the tests below run in processes of their own, with an environment that they make.
func TestInAnotherProcess(t *testing.T) {
	task := os.Getenv("ROLLCALLTEST_TASK")
	if task == "" {
		t.Skip("it is run by other tests")
	}
	if flag := os.Getenv("ROLLCALLTEST_FLAG"); flag != "" {
		rollcalltest.ServerFlags(strings.Fields(flag)...)
	}
	ns := rollcalltest.New(t, rollcalltest.Auth("off"))
	fmt.Println("url", ns.URL, "name", ns.Name, "key", ns.AccessKey, "secret", ns.SecretKey, "process", os.Getpid())
	switch task {
	case "list":
		total(t, ns)
	case "sleep":
		time.Sleep(time.Minute)
	case "late flags":
		rollcalltest.ServerFlags("--async-polls", "2")
	case "server dies":
		kill(t, serverOf(t, os.Getpid()))
		rollcalltest.New(t)
	}
}

// elsewhere is this test binary in another process, with these variables and none of rollcall's but the binary.
func elsewhere(task string, variables ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], "-test.run=^TestInAnotherProcess$", "-test.v")
	command.Env = append(without("ROLLCALL_URL"), "ROLLCALLTEST_TASK="+task)
	command.Env = append(command.Env, variables...)
	return command
}

func without(names ...string) []string {
	var kept []string
	for _, variable := range os.Environ() {
		drop := false
		for _, name := range names {
			drop = drop || strings.HasPrefix(variable, name+"=")
		}
		if !drop {
			kept = append(kept, variable)
		}
	}
	return kept
}

// tells wants the process to fail, with a sentence that has all of these.
func tells(t *testing.T, command *exec.Cmd, parts ...string) {
	t.Helper()
	output, err := command.CombinedOutput()
	if err == nil {
		t.Errorf("it passed:\n%s", output)
	}
	for _, part := range parts {
		if !strings.Contains(string(output), part) {
			t.Errorf("%q is not in\n%s", part, output)
		}
	}
}

// file is an executable with this content.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsMissingOrWrongIsSaidInASentence(t *testing.T) {
	t.Parallel()
	tells(t, elsewhere("list", "ROLLCALL_BIN=", "PATH=/nowhere"), "rollcall is not on PATH; install it", "ROLLCALL_BIN", "ROLLCALL_URL")
	tells(t, elsewhere("list", "ROLLCALL_BIN=/nowhere/rollcall"), `ROLLCALL_BIN names "/nowhere/rollcall", which cannot be run`)
	tells(t, elsewhere("list", "ROLLCALL_URL=localhost:4700"), `ROLLCALL_URL "localhost:4700" is not the address of a server; write it as http://127.0.0.1:4700`)
	tells(t, elsewhere("list", "ROLLCALL_URL=http://127.0.0.1:"+closedPort(t)), "no rollcall answers at http://127.0.0.1:", "connection refused", "unset ROLLCALL_URL")
	tells(t, elsewhere("list", "ROLLCALLTEST_FLAG=--no-such-flag"), "rollcall did not start: ", "--no-such-flag")
	tells(t, elsewhere("late flags"), "call ServerFlags in TestMain or in an init function")
	if runtime.GOOS != "windows" {
		tells(t, elsewhere("list", "ROLLCALL_BIN="+file(t, "other", "#!/bin/sh\necho hello\n")), "is another program than rollcall (it said \"hello\")")
		tells(t, elsewhere("list", "ROLLCALL_BIN="+file(t, "old", "#!/bin/sh\necho \"error: unexpected argument '--until-stdin-closes' found\" >&2\nexit 2\n")),
			"is older than this package")
		tells(t, elsewhere("list", "ROLLCALL_BIN="+file(t, "foreign", "\x7fELF nonsense")), "is not a program for this platform")
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

func TestAnotherServerIsToldFromRollcall(t *testing.T) {
	t.Parallel()
	answers := func(status int, body string) string {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(other.Close)
		return "ROLLCALL_URL=" + other.URL
	}
	tells(t, elsewhere("list", answers(404, "nothing")), "is not rollcall (/_rollcall/ready was answered with 404)", "unset ROLLCALL_URL")
	tells(t, elsewhere("list", answers(200, "<html>")), "is not rollcall (it said ")
	tells(t, elsewhere("list", answers(200, `{"status": "ok", "version": "0.0.9"}`)), "the rollcall 0.0.9 at", "is older than this package")
	tells(t, elsewhere("list", answers(401, `{"detail": "locked"}`)), "is locked; set ROLLCALL_ADMIN_TOKEN")
}

func TestAServerThatRunsAlreadyIsUsedAndKeptWithTheKeysOfTheEnvironment(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t)
	// From here: two processes on one server, in namespaces that do not meet.
	for i := 0; i < 2; i++ {
		output, err := elsewhere("list", "ROLLCALL_URL="+ns.URL, "ROLLCALL_ACCESS_KEY=my-ak~ignored", "ROLLCALL_SECRET_KEY=my-sk", "PATH=/nowhere", "ROLLCALL_BIN=").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		told := regexp.MustCompile(`url (\S+) name (\S+) key (\S+) secret (\S+)`).FindStringSubmatch(string(output))
		equal(t, told[1], ns.URL)
		equal(t, told[3]+" "+told[4], "my-ak~"+told[2]+" my-sk")
	}
	total(t, ns)
}

func TestALockedServerOpensWithItsToken(t *testing.T) {
	t.Parallel()
	if output, err := elsewhere("list", "ROLLCALL_ADMIN_TOKEN=secret").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

func TestEveryNamespaceOfABinaryIsOnOneServer(t *testing.T) {
	t.Parallel()
	equal(t, rollcalltest.New(t).URL, rollcalltest.New(t).URL)
}

func TestAServerThatDiesIsMissed(t *testing.T) {
	t.Parallel()
	needsProc(t)
	tells(t, elsewhere("server dies"), "rollcall ended while it was in use", "signal: killed")
}

func TestNoServerOutlivesATestBinaryThatIsKilled(t *testing.T) {
	t.Parallel()
	needsProc(t)
	running := elsewhere("sleep")
	process, address := begin(t, running)
	equal(t, process, running.Process.Pid)
	server := serverOf(t, process)
	kill(t, process)
	goneWithinASecond(t, server, address)
	_ = running.Wait() // it was killed
}

func TestNoServerOutlivesAGoTestThatIsKilled(t *testing.T) {
	t.Parallel()
	needsProc(t)
	goTest := exec.Command("go", "test", "-count=1", "-run=^TestInAnotherProcess$", "-v", ".")
	goTest.Env = append(without("ROLLCALL_URL"), "ROLLCALLTEST_TASK=sleep")
	process, address := begin(t, goTest)
	server := serverOf(t, process)
	kill(t, goTest.Process.Pid)
	goneWithinASecond(t, server, address)
	kill(t, process)
	_ = goTest.Wait() // it was killed
}

func needsProc(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/comm"); err != nil {
		t.Skip("the server's process is looked for in /proc")
	}
}

// begin starts a process that makes a namespace and then sleeps; gives the process of the test binary and its server's host and port.
func begin(t *testing.T, command *exec.Cmd) (process int, address string) {
	t.Helper()
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() }) // where a test ends early
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if told := regexp.MustCompile(`^url (\S+) .* process (\d+)$`).FindStringSubmatch(lines.Text()); told != nil {
			at, err := url.Parse(told[1])
			if err != nil {
				t.Fatal(err)
			}
			process, _ = strconv.Atoi(told[2])
			return process, at.Host
		}
	}
	t.Fatal("it ended without a namespace")
	return 0, ""
}

// serverOf is the process of the server that this process has started.
func serverOf(t testing.TB, parent int) int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended since
		}
		// 4711 (rollcall) S 4242 ...
		found := regexp.MustCompile(`^(\d+) \((.*)\) \S (\d+) `).FindStringSubmatch(string(stat))
		if found != nil && found[3] == strconv.Itoa(parent) && strings.HasPrefix(found[2], "rollcall") {
			process, _ := strconv.Atoi(found[1])
			return process
		}
	}
	t.Fatalf("process %d has started no server", parent)
	return 0
}

func kill(t testing.TB, process int) {
	t.Helper()
	if err := syscall.Kill(process, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func goneWithinASecond(t *testing.T, server int, address string) {
	t.Helper()
	started := time.Now()
	for time.Since(started) < time.Second {
		connection, err := net.Dial("tcp", address)
		if err != nil && !isRunning(server) {
			t.Logf("gone after %v", time.Since(started).Round(time.Millisecond))
			return
		}
		if err == nil {
			connection.Close()
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("the server %d at %s is there a second later", server, address)
	_ = syscall.Kill(server, syscall.SIGKILL)
}

// isRunning is false for a zombie too, whose parent has to be told yet.
func isRunning(process int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
