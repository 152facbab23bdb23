"""Ctrl-C under `rollcall run` on a terminal: the command hears it once, as it would without rollcall.

    python terminal.py PATH_OF_ROLLCALL
"""

import os
import pty
import select
import sys
import time

#: Counts interruptions until it is told to end.
COUNTER = """
import os, signal, sys
heard = 0
def hear(*_):
    global heard
    heard += 1
    os.write(1, b"heard\\n")  # print is not to be entered twice, and the signal may come while it prints
signal.signal(signal.SIGINT, hear)
os.write(1, b"ready\\n")
while sys.stdin.readline().strip() != "end":
    pass
print(f"heard it {heard} times", flush=True)
"""


def main(rollcall):
    process, terminal = pty.fork()
    if process == 0:
        os.execv(rollcall, [rollcall, "run", "--", sys.executable, "-c", COUNTER])
    told, sent, deadline = b"", 0, time.monotonic() + 30
    steps = [(b"ready", b"\x03"), (b"heard", b"end\n")]
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            told += os.read(terminal, 4096)
        except OSError:
            break
        if sent < len(steps) and steps[sent][0] in told:
            os.write(terminal, steps[sent][1])
            sent += 1
    _, status = os.waitpid(process, 0)
    if b"heard it 1 times" in told and os.waitstatus_to_exitcode(status) == 0:
        print("1 passed, 0 failed")
        return 0
    print(f"FAIL  Ctrl-C on a terminal: {told!r}, status {status}")
    print("0 passed, 1 failed")
    return 1


sys.exit(main(sys.argv[1]))
