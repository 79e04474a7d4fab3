"""What takes longer than a test of every day may: more tools, suites of Debian's own Python, many files."""

import os
import re
import subprocess
import sys
import tempfile

import tools


def suite(*names, without=()):
    """Runs suites as Python's makers do, but for tests of some names; gives for which reasons tests were skipped."""
    words = [sys.executable, "-m", "test", "-v", "--timeout", "600", *names]
    for pattern in without:
        words += ["--ignore", pattern]
    got = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    lines = got.stdout.splitlines()
    bad = [line for line in lines if re.match(r"(ERROR|FAIL): |.* failed:?$|Timeout", line)]
    assert got.returncode == 0, f"gave {got.returncode}: {' | '.join(bad or lines[-10:])}"
    skipped = sorted({found.group(1) for line in lines if (found := re.search(r"\.\.\. skipped '(.*)'", line))})
    return "skipped for: " + "; ".join(skipped) if skipped else ""


def python_asyncio():
    return suite("test_asyncio")


def python_socket():
    """Without a test that dials the machine's own vsock address: it hangs in every virtual machine without a loopback."""
    return suite("test_socket", without=["test.test_socket.ThreadedVSOCKSocketStreamTest.testStream"])


def python_sqlite3():
    return suite("test_sqlite3")


def python_multiprocessing():
    return suite("test_multiprocessing_fork", "test_multiprocessing_spawn", "test_multiprocessing_forkserver")


def many_files():
    """A hundred thousand, made, found and removed."""
    base = tempfile.mkdtemp(dir="/root")
    for number in range(100_000):
        directory = f"{base}/{number // 1000}"
        if number % 1000 == 0:
            os.mkdir(directory)
        with open(f"{directory}/{number}", "w") as file:
            file.write(f"{number}\n")
    found = subprocess.run(["find", base, "-type", "f", "-size", "-2"], check=True, capture_output=True, text=True).stdout
    assert len(found.splitlines()) == 100_000
    subprocess.run(["rm", "-r", base], check=True)


def python_venv():
    """With pip inside, which takes long where a guest is emulated."""
    base = tempfile.mkdtemp()
    subprocess.run([sys.executable, "-m", "venv", f"{base}/venv"], check=True, capture_output=True)
    subprocess.run([f"{base}/venv/bin/pip", "--version"], check=True, capture_output=True)


CHECKS = [
    tools.npm,
    tools.pip,
    tools.podman,
    tools.docker,
    python_venv,
    python_sqlite3,
    python_socket,
    python_asyncio,
    python_multiprocessing,
    many_files,
    tools.big_git,
]
