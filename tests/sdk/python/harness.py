"""A small frame for programs that drive a server through an official SDK.

A program takes a base URL, so that the same program can face rollcall and the real endpoint:

    python huawei_rocketmq.py http://127.0.0.1:4700            every case
    python huawei_rocketmq.py http://127.0.0.1:4700 limit      the cases with "limit" in their names

It prints one line per case, then `N passed, N failed`, and exits with 0 or 1. Its cases are functions whose names are claims:

    from harness import case, equal, raises, run, server

    @case
    def an_unknown_instance_is_404_with_dms_00404022():
        raises(ClientRequestException, lambda: users_of(UNKNOWN), status_code=404, error_code="DMS.00404022")

    if __name__ == "__main__":
        run()

What belongs to an account comes from the environment: SDK_ACCESS_KEY, SDK_SECRET_KEY, and SDK_<NAME> for every `setting`.
"""

import json as json_codec
import os
import sys
import threading
import traceback
import urllib.error
import urllib.parse
import urllib.request

#: A program that has not ended by then is stopped, and says which case it was in.
SECONDS_PER_PROGRAM = float(os.environ.get("SDK_SECONDS", "120"))

_cases = []


class Server:
    """Where the program's requests go, and with which keys."""

    def __init__(self, base_url):
        parts = urllib.parse.urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            sys.exit(f"{base_url!r} is not a base URL such as http://127.0.0.1:4700")
        self.base_url = base_url.rstrip("/")
        self.scheme = parts.scheme
        self.host = parts.hostname
        self.port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        #: `host:port`, as the SDKs that take an endpoint without a scheme want it.
        self.address = parts.netloc
        self.access_key = setting("access_key", "test-ak")
        self.secret_key = setting("secret_key", "test-sk")


def setting(name, default):
    """A value that differs between accounts: the environment's SDK_<NAME>, else the one of rollcall's demo data."""
    return os.environ.get(f"SDK_{name.upper()}", default)


def case(function):
    """Marks a function as a case. Cases run in the order in which they are written."""
    _cases.append(function)
    return function


def equal(actual, expected, what="value"):
    """Both are the same, and of the same type: 1 is not 1.0, and not True."""
    if actual != expected or type(actual) is not type(expected):
        raise AssertionError(f"{what} is {actual!r}, expected {expected!r}")


def raises(exception_class, call, **attributes):
    """`call()` raises this exception, which holds these attributes. Returns the exception."""
    try:
        answer = call()
    except exception_class as error:
        for name, expected in attributes.items():
            equal(getattr(error, name), expected, f"{exception_class.__name__}.{name}")
        return error
    raise AssertionError(f"no {exception_class.__name__}, but the answer {str(answer)[:200]}")


def control(method, path, json=None):
    """Calls rollcall's own `/_rollcall/<path>` and returns the parsed answer: `control("POST", "namespaces/default/reset")`."""
    request = urllib.request.Request(
        f"{server.base_url}/_rollcall/{path}",
        method=method,
        data=None if json is None else json_codec.dumps(json).encode(),
        headers={} if json is None else {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} /_rollcall/{path}: {error.code} {error.read()[:300]!r}") from None
    return json_codec.loads(body) if body else None


def run():
    """Runs the program's cases, says how each went, and exits."""
    wanted = sys.argv[2:]
    passed = failed = 0
    title = "starting"

    def out_of_time():
        print(f"FAIL  {title}: the program ran longer than {SECONDS_PER_PROGRAM:.0f} s")
        print(f"{passed} passed, {failed + 1} failed", flush=True)
        os._exit(1)

    alarm = threading.Timer(SECONDS_PER_PROGRAM, out_of_time)
    alarm.daemon = True
    alarm.start()
    for function in _cases:
        title = function.__name__.replace("_", " ")
        if wanted and not any(word in title or word in function.__name__ for word in wanted):
            continue
        try:
            function()
        except (Exception, SystemExit) as error:  # an SDK may call sys.exit; that is a failure too
            failed += 1
            frames = traceback.extract_tb(error.__traceback__)
            line = next((frame for frame in reversed(frames) if frame.name == function.__name__), frames[-1])
            reason = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
            print(f"FAIL  {title}: {' '.join(reason.split())[:600]} (line {line.lineno})", flush=True)
        else:
            passed += 1
            print(f"ok    {title}", flush=True)
    alarm.cancel()
    if passed + failed == 0:
        failed = 1
        print(f"FAIL  no case matches {' '.join(wanted)!r}")
    print(f"{passed} passed, {failed} failed", flush=True)
    # Some SDKs leave threads behind; an ordinary exit would wait for them.
    os._exit(1 if failed else 0)


if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
    sys.exit(f"usage: python {os.path.basename(sys.argv[0])} BASE_URL [WORD ...]")
server = Server(sys.argv[1])
# A proxy set for the machine is not for the server under test.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = server.host
