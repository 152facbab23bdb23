package rollcalltest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// version is the version of the server that this package belongs to; Cargo.toml has it too.
const version = "0.1.0"

const (
	// A large seed may take the server long to load; without one it starts in milliseconds.
	timeToStart = 2 * time.Minute
	// The timeout of one answer: a large seed, or a verification that waits a minute.
	timeToAnswer = 5 * time.Minute
)

// Never through a proxy.
var transport = &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}

// server is the single server of the test binary.
type server struct {
	url       string
	accessKey string
	secretKey string
	token     string
	client    http.Client
	process   *process // nil where the server was there already
	namespace string   // whose calls these are; empty for the server's own
}

// about returns the server for calls about one namespace.
func (s *server) about(namespace string) *server {
	about := *s
	about.namespace = namespace
	return &about
}

var (
	theServer = sync.OnceValues(obtain)
	flags     []string
	isAsked   atomic.Bool
)

// ServerFlags adds flags for the server that the first New starts, such as "--async-polls", "2". Call it in TestMain or an init
// function; it panics after the first New.
func ServerFlags(more ...string) {
	if isAsked.Load() {
		panic("rollcalltest: the server runs already; call ServerFlags in TestMain or in an init function")
	}
	flags = append(flags, more...)
}

// obtain returns the server that ROLLCALL_URL names, or else one that it starts.
func obtain() (*server, error) {
	isAsked.Store(true)
	made := &server{
		// `rollcall run` and `rollcall env` append ~ and a namespace.
		accessKey: strings.SplitN(environment("ROLLCALL_ACCESS_KEY", "test-ak"), "~", 2)[0],
		secretKey: environment("ROLLCALL_SECRET_KEY", "test-sk"),
		token:     os.Getenv("ROLLCALL_ADMIN_TOKEN"),
		client:    http.Client{Transport: transport, Timeout: timeToAnswer},
	}
	if named := os.Getenv("ROLLCALL_URL"); named != "" {
		address, err := url.Parse(named)
		if err != nil || address.Hostname() == "" || strings.Trim(address.Path, "/") != "" || (address.Scheme != "http" && address.Scheme != "https") {
			return nil, fmt.Errorf("ROLLCALL_URL %q is not the address of a server; write it as http://127.0.0.1:4700", named)
		}
		made.url = address.Scheme + "://" + address.Host
		return made, made.check()
	}
	binary, err := find()
	if err != nil {
		return nil, err
	}
	if made.process, err = start(binary, made.credential()); err != nil {
		return nil, err
	}
	made.url = made.process.url
	return made, made.check()
}

func environment(name, byDefault string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return byDefault
}

// credential is the key that callers will sign with, which a server has to know if it verifies signatures; empty if the server is
// configured in another way.
func (s *server) credential() string {
	if os.Getenv("ROLLCALL_CREDENTIAL") != "" || strings.Contains(strings.Join(flags, " "), "--credential") {
		return ""
	}
	return s.accessKey + ":" + s.secretKey
}

// find looks for the binary in the same places as all rollcall helpers.
func find() (string, error) {
	if named := os.Getenv("ROLLCALL_BIN"); named != "" {
		found, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("ROLLCALL_BIN names %q, which cannot be run (%w); name rollcall's binary, or unset it", named, err)
		}
		return found, nil
	}
	found, err := exec.LookPath("rollcall")
	if err != nil {
		return "", errors.New("rollcall is not on PATH; install it (`pip install rollcall-mock`, `npm install -g rollcall-mock` or " +
			"`cargo install rollcall-mock`), or name its binary with ROLLCALL_BIN, or a running server with ROLLCALL_URL")
	}
	return found, nil
}

// check verifies that it is rollcall, accepts this token, and is not older than this package.
func (s *server) check() error {
	var health struct{ Status, Version string }
	if err := s.json("GET", "ready", nil, &health); err != nil {
		return err
	}
	if health.Status != "ok" {
		return s.stranger(fmt.Sprintf("it said %q to /_rollcall/ready", health.Status))
	}
	if older(health.Version, version) {
		return fmt.Errorf("the rollcall %s at %s is older than this package, which is %s; update it", health.Version, s.url, version)
	}
	// Health is public; this is not.
	return s.json("GET", "journal?limit=0", nil, nil)
}

// older compares major and minor versions: patches change nothing between a client and a server.
func older(one, than string) bool {
	generation := func(text string) (major, minor int) {
		fmt.Sscanf(text, "%d.%d", &major, &minor) // what is no version is 0.0, older than any
		return
	}
	oneMajor, oneMinor := generation(one)
	major, minor := generation(than)
	return oneMajor < major || oneMajor == major && oneMinor < minor
}

// json calls /_rollcall/<path> and decodes the answer into a value, unless that is nil.
func (s *server) json(method, path string, body, answer any) error {
	if body == nil {
		return s.send(method, path, nil, "", answer)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.send(method, path, text, "application/json", answer)
}

func (s *server) send(method, path string, body []byte, kind string, answer any) error {
	request, err := http.NewRequest(method, s.url+"/_rollcall/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if s.namespace != "" {
		// With a load balancer, it selects the replica that has the namespace.
		request.Header.Set("X-Rollcall-Namespace", s.namespace)
	}
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return s.unreachable(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return s.unreachable(err)
	}
	if response.StatusCode >= 400 {
		refused, ok := refusalOf(response.StatusCode, text)
		switch {
		case !ok:
			return s.stranger(fmt.Sprintf("/_rollcall/%s was answered with %d", strings.SplitN(path, "?", 2)[0], response.StatusCode))
		case response.StatusCode == http.StatusUnauthorized:
			return fmt.Errorf("the control plane of %s is locked; set ROLLCALL_ADMIN_TOKEN to what it was started with", s.url)
		}
		return refused
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return s.stranger(fmt.Sprintf("it said %.60q", text))
	}
	return nil
}

func (s *server) stranger(why string) error {
	return fmt.Errorf("what answers at %s is not rollcall (%s); start one there, or unset ROLLCALL_URL so that one is started for you", s.url, why)
}

func (s *server) unreachable(err error) error {
	if s.process != nil {
		if why := s.process.whyGone(); why != "" {
			return errors.New(why)
		}
	}
	return fmt.Errorf("no rollcall answers at %s (%w); start one there, or unset ROLLCALL_URL so that one is started for you", s.url, err)
}

// process is a server that was started here. It ends when its standard input closes, a pipe that is closed when this process ends in
// any way.
type process struct {
	binary string
	url    string
	pid    int
	log    *os.File // not a pipe: the server may outlive its reader
	stdin  io.Closer
	ended  chan struct{}
	state  *os.ProcessState // once ended is closed
	orphan atomic.Bool
}

var ready = regexp.MustCompile(`^rollcall ready .*?(https?://\S+)`)

func start(binary, credential string) (*process, error) {
	log, err := os.CreateTemp("", "rollcall-*.log")
	if err != nil {
		return nil, err
	}
	// The file lives for as long as it is open. Where an open file cannot be removed, it is left to the system.
	_ = os.Remove(log.Name())
	command := exec.Command(binary, append([]string{"serve", "--until-stdin-closes", "--listen", "127.0.0.1:0"}, flags...)...)
	command.Stderr = log
	command.Env = os.Environ()
	if credential != "" {
		command.Env = append(command.Env, "ROLLCALL_CREDENTIAL="+credential)
	}
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		if errors.Is(err, syscall.ENOEXEC) {
			return nil, fmt.Errorf("%s is not a program for this platform; install rollcall here instead of copying it, or name a binary with ROLLCALL_BIN", binary)
		}
		return nil, fmt.Errorf("%s cannot be run (%w); name rollcall's binary with ROLLCALL_BIN", binary, err)
	}
	p := &process{binary: binary, pid: command.Process.Pid, log: log, stdin: stdin, ended: make(chan struct{})}
	first := make(chan string, 1)
	go func() {
		reader := bufio.NewReader(stdout)
		line, _ := reader.ReadString('\n') // at the end there is no line, which is told below
		first <- strings.TrimRight(line, "\r\n")
		_, _ = io.Copy(io.Discard, reader) // never a full pipe that the server waits for
		_ = command.Wait()                 // how it ended is in the state
		p.state = command.ProcessState
		close(p.ended)
	}()
	select {
	case line := <-first:
		if found := ready.FindStringSubmatch(line); found != nil {
			p.url = found[1]
			p.endWithGoTest()
			return p, nil
		}
		if line != "" {
			p.kill(command)
			return nil, fmt.Errorf("%s is another program than rollcall (it said %.60q); name rollcall's binary with ROLLCALL_BIN", binary, line)
		}
	case <-time.After(timeToStart):
		p.kill(command)
		return nil, fmt.Errorf("%s has said nothing for %v; give it less to load, or start it by hand and name it with ROLLCALL_URL", binary, timeToStart)
	}
	p.kill(command)
	<-p.ended
	if p.state.ExitCode() == 2 && strings.Contains(p.said(), "unexpected argument '--until-stdin-closes'") {
		return nil, fmt.Errorf("the rollcall at %s is older than this package, which is %s; update it", binary, version)
	}
	return nil, fmt.Errorf("rollcall did not start: %s", p.ending())
}

// kill ends a server that is unusable; one that closed its output gets time to report why it ends.
func (p *process) kill(command *exec.Cmd) {
	_ = p.stdin.Close() // it may have ended already
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = command.Process.Kill()
	}
}

// whyGone returns an empty string while the server runs.
func (p *process) whyGone() string {
	select {
	case <-p.ended:
	case <-time.After(200 * time.Millisecond): // it may be on its way: the connection was closed a moment before
		return ""
	}
	if p.orphan.Load() {
		return "go test was killed, and rollcall with it"
	}
	return fmt.Sprintf("rollcall ended while it was in use (%s); run the tests again with rollcalltest.ServerFlags(\"--log\", \"debug\")", p.ending())
}

// ending returns how the server ended: its own message, or its exit code.
func (p *process) ending() string {
	lines := strings.Split(strings.TrimSpace(p.said()), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		for _, prefix := range []string{"rollcall: ", "error: "} {
			if strings.HasPrefix(lines[i], prefix) {
				return strings.TrimPrefix(lines[i], prefix)
			}
		}
	}
	return strings.TrimSuffix(p.state.String()+": "+lines[len(lines)-1], ": ")
}

// said returns the end of its standard error.
func (p *process) said() string {
	text := make([]byte, 16384)
	size, err := p.log.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	from := size - int64(len(text))
	if from < 0 {
		from = 0
	}
	n, _ := p.log.ReadAt(text, from) // EOF is what it ends with
	return string(text[:n])
}

// endWithGoTest stops the server if `go test` was killed, which orphans this process.
func (p *process) endWithGoTest() {
	parent := os.Getppid()
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", parent))
	if err != nil || strings.TrimSpace(string(name)) != "go" {
		return // started by hand or by a debugger, or there is no telling
	}
	go func() {
		for tick := time.NewTicker(100 * time.Millisecond); ; {
			select {
			case <-p.ended:
				tick.Stop()
				return
			case <-tick.C:
				if os.Getppid() != parent {
					p.orphan.Store(true)
					_ = p.stdin.Close()
				}
			}
		}
	}()
}
