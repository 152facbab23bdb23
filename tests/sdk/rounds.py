"""What the steps that run SDK programs share: finding them, running each against servers of its own, and noting what it drove.

A step says how its language builds and starts programs:

    import rounds
    rounds.run(rounds.Language("node", files="*.js", command=lambda file: ["node", file], version=versions().get), sys.argv[1:])

Every program runs with authentication off and strict, two programs at a time. Lines in a program that begin with its comment mark
change that: `server: --flag ...` gives its servers flags (with --auth among them it runs once), `sdk: NAME` says whose operations it
counts for (`sdk: NAME PROVIDER ...`: those of these providers only), and `run: under rollcall run` has rollcall start it instead. A
program that drives several SDKs with one provider counts for none.

ROLLCALL_TARGET says where to put things (else target), ROLLCALL_TEST_BIN which server to run (else target/debug/rollcall). A run of
all programs leaves $ROLLCALL_TARGET/sdk/report-LANGUAGE.json: which operations of which provider each SDK was answered, as the
servers' journals have it. tests/sdk/coverage reads it.
"""

import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("ROLLCALL_TARGET", ROOT / "target")).resolve()
SERVER = os.environ.get("ROLLCALL_TEST_BIN", TARGET / "debug" / "rollcall")
LOG = TARGET / "sdk" / "log"
HOME = TARGET / "sdk" / "home"
AT_A_TIME = 2
ENTRIES_AN_ANSWER = 1000
SECONDS_TO_START = 30
SECONDS_TO_RUN = 150
NOT_RUN = 77

passed = failed = 0
counting = threading.Lock()
#: (provider, SDK) to the operations that it was answered.
driven = {}


@dataclass
class Language:
    """How the programs of one language are found and started."""

    #: The folder in tests/sdk, and what the report calls it.
    name: str
    #: Which files of that folder are programs.
    files: str
    #: The command line that starts a program, without the base URL.
    command: Callable[[Path], list]
    #: The version of an SDK; None for one that is not pinned.
    version: Callable[[str], Optional[str]]
    #: Files that are no programs.
    frame: tuple = ("harness.py", "harness.js", "harness.ts")
    #: What the programs want in their environment, beside what all get.
    environment: dict = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return ROOT / "tests" / "sdk" / self.name

    def programs(self) -> dict:
        """Every program's file by the name that a user gives it."""
        found = sorted(file for file in self.folder.glob(self.files) if file.name not in self.frame)
        return {file.parent.name if file.parent != self.folder else file.name: file for file in found}


def say(line):
    print(line, flush=True)


def fail(line):
    global failed
    with counting:
        failed += 1
    say(f"FAIL  {line}")


def close():
    say(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def not_there(what, folder):
    """Ends the step where a tool is absent; with CI=true, where it can be installed, that is a failure."""
    if os.environ.get("CI") == "true":
        fail(f"{what}: the programs in {folder} were not run")
        close()
    say(f"note: {what}: the programs in {folder} were not run")
    sys.exit(NOT_RUN)


def install(what):
    """Has tests/sdk/install do it; where it cannot, the step ends."""
    done = subprocess.run([ROOT / "tests" / "sdk" / "install", what], env=os.environ | {"ROLLCALL_TARGET": str(TARGET)}, stdout=subprocess.PIPE, text=True)
    if done.returncode == NOT_RUN:
        not_there(done.stdout.splitlines()[-1], f"tests/sdk/{what}")
    if done.returncode != 0:
        say(done.stdout.rstrip())
        fail(f"the SDKs of tests/sdk/{what} could not be installed")
        close()


def marked(source, word):
    """What the lines of a program say that begin with a comment mark and this word."""
    return " ".join(re.findall(rf"^(?:#|//) {word}: (.*)$", source, re.MULTILINE)).split()


def alone(more):
    """Servers and programs see only this: no proxy, no account of the user's, no ROLLCALL_ variable."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "JAVA_HOME") if name in os.environ}
    quiet = {"NO_PROXY": "*", "no_proxy": "*", "DO_NOT_TRACK": "1", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    return kept | {"HOME": str(HOME), "LANG": "C.UTF-8", "TZ": "UTC"} | quiet | more


def start(flags, errors):
    """A server with these flags and its base URL; None where it did not get ready."""
    command = [SERVER, "serve", "--listen", "127.0.0.1:0", "--journal", "10000", *flags]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=alone({}), text=True)
    late = threading.Timer(SECONDS_TO_START, server.kill)
    late.start()
    ready = re.match(r"rollcall ready (http://\S+)", server.stdout.readline())
    late.cancel()
    return server, ready and ready[1]


def stop(server):
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    server.stdout.close()


def get(base, path):
    with urllib.request.urlopen(f"{base}/_rollcall/{path}", timeout=30) as answer:
        return json.load(answer)


def journal_of(base, namespace, title):
    """Every call of a namespace; one answer of the server holds a thousand."""
    before = ""
    while True:
        answer = get(base, f"journal?namespace={namespace}{before}")
        if answer["dropped"]:
            fail(f"{title}: the journal dropped {answer['dropped']} calls of {namespace}, so that operations may be missing")
        yield from answer["entries"]
        if len(answer["entries"]) < ENTRIES_AN_ANSWER:
            return
        before = f"&before={min(entry['id'] for entry in answer['entries'])}"


def note_operations(base, source, title):
    """Adds what this server answered with success to what the program's SDK drives."""
    sdk, *providers = marked(source, "sdk")
    for namespace in get(base, "namespaces"):
        for entry in journal_of(base, namespace["name"], title):
            counts = entry["provider"] in providers if providers else entry["provider"]
            if counts and entry["status"] < 400 and not entry["error"]:
                with counting:
                    driven.setdefault((entry["provider"], sdk), set()).add(entry["operation"])


def ended(command, report, errors, environment):
    """Runs a program; what it said, and how it ended."""
    with open(report, "w+") as file:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=errors or file, env=environment, timeout=SECONDS_TO_RUN).returncode
        except subprocess.TimeoutExpired:
            status = f"nothing within {SECONDS_TO_RUN} s"
        file.seek(0)
        return file.read().splitlines(), status


def one_round(language, name, file, flags):
    """Runs a program once and counts its cases."""
    global passed, failed
    source = file.read_text()
    mode = "strict" if "strict" in flags else "off"
    title, label = f"{language.name}/{name} {mode}", f"{language.name}-{name}-{mode}"
    environment = alone(language.environment)
    with open(LOG / f"{label}.server.log", "w+") as errors:
        if marked(source, "run"):
            # The frame of the program wants to know where rollcall is; its SDKs have to find out.
            told = ["sh", "-c", 'exec "$0" "$@" "$ROLLCALL_URL"', *language.command(file)]
            command = [SERVER, "run", *flags, "--namespace", f"{language.name}-suite", "--", *told]
            lines, status = ended(command, LOG / f"{label}.log", errors, environment)
        else:
            server, base = start(flags, errors)
            try:
                if base is None:
                    fail(f"{title}: the server did not start")
                    return
                lines, status = ended([*language.command(file), base], LOG / f"{label}.log", None, environment)
                if marked(source, "sdk"):
                    note_operations(base, source, title)
            except OSError as error:  # the server may be gone
                fail(f"{title}: {error}")
                return
            finally:
                stop(server)
        errors.seek(0)
        panics = [line for line in errors if "panicked at" in line]
    count(title, lines, status, panics)


def count(title, lines, status, panics):
    global passed, failed
    for line in lines:
        if line.startswith("FAIL"):
            say(line)
    closing = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1] if lines else "")
    if closing is None:
        say("\n".join(lines[-12:]))
        fail(f"{title} ended with {status} and no closing line")
        return
    well, badly = int(closing[1]), int(closing[2])
    with counting:
        passed += well
        failed += badly
    say(f"{title}: {well} passed and {badly} failed")
    if status != 0 and badly == 0:
        fail(f"{title} ended with {status}")
    if panics:
        fail(f"{title} made the server panic: {panics[0].strip()}")


def rounds_of(file):
    """The flags of the servers that a program wants."""
    flags = marked(file.read_text(), "server")
    yield flags
    if "--auth" not in flags:
        yield [*flags, "--auth", "strict"]


def report(language):
    """Writes down what the SDKs of this language were answered."""
    rows = []
    for (provider, sdk), operations in sorted(driven.items()):
        version = language.version(sdk)
        if version is None:
            fail(f"no version is pinned for {sdk}, which a program says it drives")
            continue
        rows.append({"provider": provider, "language": language.name, "sdk": sdk, "version": version, "operations": sorted(operations)})
    (TARGET / "sdk" / f"report-{language.name}.json").write_text(json.dumps(rows, indent=2) + "\n")


def run(language, wanted):
    """Runs the programs that are wanted, or all; says how each went, and ends the step."""
    every = language.programs()
    for name in set(wanted) - set(every):
        fail(f"there is no program tests/sdk/{language.name}/{name}")
    for folder in (LOG, HOME):
        folder.mkdir(parents=True, exist_ok=True)
    if failed:
        close()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        names = wanted or list(every)
        started = [pool.submit(one_round, language, name, every[name], flags) for name in names for flags in rounds_of(every[name])]
        for done in started:
            done.result()
    if not wanted:
        report(language)
    close()
