"""An agent that mends a program: git clone, test, edit, test, commit, push.

The repository is made at the first run, as /work/origin.git on the agent's volume, with a defect in it; each run works in a
clone of its own, on the root's ephemeral layer.
"""

import pathlib
import subprocess
import sys
import tempfile

ORIGIN = pathlib.Path("/work/origin.git")
DEFECT = "def greet(name):\n    return 'Hello ' + nam\n"
TEST = """\
import unittest

from greeter import greet


class GreeterTest(unittest.TestCase):
    def test_it_greets_by_name(self):
        self.assertEqual('Hello Ada', greet('Ada'))
"""


def run(*words, directory):
    """Runs a command, and fails with what it said when it fails."""
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def passes(directory):
    done = subprocess.run([sys.executable, "-m", "unittest"], cwd=directory, capture_output=True, text=True, timeout=120)
    return done.returncode == 0


def make_origin():
    run("git", "init", "--bare", "--initial-branch=main", str(ORIGIN), directory="/work")
    with tempfile.TemporaryDirectory() as first:
        run("git", "clone", str(ORIGIN), first, directory="/")
        pathlib.Path(first, "greeter.py").write_text(DEFECT)
        pathlib.Path(first, "test_greeter.py").write_text(TEST)
        run("git", "add", ".", directory=first)
        run("git", "commit", "--message=A greeter", directory=first)
        run("git", "push", "origin", "HEAD:main", directory=first)


def mend(program):
    """The edit. Here an agent of yours would ask its model, with the test's output."""
    program.write_text(program.read_text().replace("+ nam\n", "+ name\n"))


def main():
    if not ORIGIN.exists():
        make_origin()
    with tempfile.TemporaryDirectory() as clone:
        run("git", "clone", str(ORIGIN), clone, directory="/")
        print("cloned", run("git", "log", "-1", "--format=%s", directory=clone), flush=True)
        if passes(clone):
            print("the tests pass: nothing to do", flush=True)
            return
        print("the tests fail", flush=True)
        mend(pathlib.Path(clone, "greeter.py"))
        if not passes(clone):
            raise SystemExit("the tests fail after the edit too")
        print("the tests pass", flush=True)
        run("git", "commit", "--all", "--message=Greet by the name that was given", directory=clone)
        run("git", "push", "origin", "HEAD:main", directory=clone)
        print("pushed", run("git", "log", "-1", "--format=%s", "main", directory=ORIGIN), flush=True)


if __name__ == "__main__":
    main()
