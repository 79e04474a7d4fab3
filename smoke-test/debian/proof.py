#!/usr/bin/env python3
"""What a Debian machine can do, tried in an agent's guest: a line for each check, and as exit code how many failed.

proof.py [GROUP...]: network, processes, files, tools when none is named; or suites. PROOF_SECONDS is what one may take.
"""

import os
import signal
import sys
import time
import traceback

import files
import network
import processes
import suites
import tools

GROUPS = {"network": network, "processes": processes, "files": files, "tools": tools, "suites": suites}
USUAL = ["network", "processes", "files", "tools"]
SECONDS = int(os.environ.get("PROOF_SECONDS", "600"))


def why(error):
    """One line: the error and the line of the check that met it."""
    place = next((f for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename.startswith("/proof/")), None)
    line = f" (line {place.lineno}: {place.line})" if place else ""
    return " ".join(f"{type(error).__name__}: {error}{line}".split())[:600]


def run(check):
    """Runs a check in a process of its own, bounded in time; gives whether all went well, and what is told of it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.setsid()
        code = 0
        try:
            signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError(f"not done after {SECONDS} s")))
            signal.alarm(SECONDS)
            note = check()
            signal.alarm(0)
            os.write(write, (note or "").encode()[:4000])
        except BaseException as error:
            os.write(write, why(error).encode("utf-8", "replace")[:4000])
            code = 1
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        _, status = os.waitpid(child, 0)
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.set_blocking(pipe.fileno(), False)
        text = (pipe.read() or b"").decode("utf-8", "replace")
    return status == 0, text or ("" if status == 0 else f"ended with status {status}")


def main(names):
    failed = 0
    for name in names or USUAL:
        for check in GROUPS[name].CHECKS:
            started = time.monotonic()
            well, told = run(check)
            seconds = time.monotonic() - started
            failed += not well
            title = f"{name}.{check.__name__}"
            print(f"ok {title} {seconds:.1f} {told}".rstrip() if well else f"FAIL {title} {told}", flush=True)
    print(f"proof: {failed} failed", flush=True)
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
