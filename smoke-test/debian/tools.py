"""The tools of somebody who writes programs: git, pip, npm, containers."""

import json
import os
import subprocess
import tarfile
import tempfile
import time
import urllib.request

VOLUME = "/var/lib/proof"


def command(*words, **options):
    """Runs a command, and gives its output; an error has the end of what it said."""
    got = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if got.returncode != 0:
        raise AssertionError(f"{' '.join(words)} gave {got.returncode}: {(got.stdout + got.stderr)[-400:]}")
    return got.stdout


def repository(count):
    """A repository of so many files: made, cloned, edited, committed."""
    base = tempfile.mkdtemp()
    origin, clone = f"{base}/origin", f"{base}/clone"
    command("git", "config", "--global", "user.email", "proof@example.invalid")
    command("git", "config", "--global", "user.name", "proof")
    command("git", "init", "-q", "-b", "main", origin)
    for number in range(count):
        directory = f"{origin}/{number // 200}"
        if number % 200 == 0:
            os.mkdir(directory)
        with open(f"{directory}/{number}", "w") as file:
            file.write(f"file {number}\n")
    command("git", "add", ".", cwd=origin)
    command("git", "commit", "-qm", "all", cwd=origin)
    command("git", "clone", "-q", "--no-hardlinks", origin, clone)
    assert len(command("git", "ls-files", cwd=clone).split()) == count
    with open(f"{clone}/0/7", "a") as file:
        file.write("more\n")
    assert command("git", "status", "--porcelain", cwd=clone) == " M 0/7\n"
    command("git", "commit", "-qam", "one", cwd=clone)
    assert command("git", "status", "--porcelain", cwd=clone) == ""
    assert command("git", "rev-list", "--count", "HEAD", cwd=clone) == "2\n"


def git():
    repository(400)


def big_git():
    repository(20_000)


def pip():
    """A wheel made of sources, installed in an environment of its own; then the sources themselves, for all."""
    base = tempfile.mkdtemp()
    source = f"{base}/source"
    os.mkdir(source)
    with open(f"{source}/setup.py", "w") as file:
        file.write("from setuptools import setup\nsetup(name='proofed', version='1.0', py_modules=['proofed'])\n")
    with open(f"{source}/proofed.py", "w") as file:
        file.write("ANSWER = 42\n")
    wheel = ["--no-index", "--no-deps", "--no-build-isolation"]
    command("pip", "wheel", "-q", *wheel, "-w", f"{base}/wheels", source)
    command("python3", "-m", "venv", "--without-pip", f"{base}/venv")
    inside = ["--python", f"{base}/venv/bin/python"]
    command("pip", *inside, "install", "-q", "--no-index", "--find-links", f"{base}/wheels", "proofed")
    assert command(f"{base}/venv/bin/python", "-c", "import proofed; print(proofed.ANSWER)") == "42\n"
    command("pip", "install", "-q", "--break-system-packages", "--root-user-action=ignore", *wheel, source)
    assert command("python3", "-c", "import proofed; print(proofed.ANSWER)", cwd="/") == "42\n"


NODE = """
const http = require('http');
const server = http.createServer((request, response) => response.end('hi ' + request.url));
server.listen(0, 'localhost', () => {
  http.get({ port: server.address().port, host: 'localhost', path: '/there' }, (answer) => {
    let text = '';
    answer.on('data', (piece) => (text += piece));
    answer.on('end', () => { console.log(text); server.close(); });
  });
});
"""


def node():
    assert command("node", "-e", NODE) == "hi /there\n"


def npm():
    base = tempfile.mkdtemp()
    for name in ("package", "user"):
        os.mkdir(f"{base}/{name}")
    with open(f"{base}/package/package.json", "w") as file:
        json.dump({"name": "proofed", "version": "1.0.0", "main": "index.js", "bin": {"proofed": "index.js"}}, file)
    with open(f"{base}/package/index.js", "w") as file:
        file.write("#!/usr/bin/env node\nconsole.log('42')\n")
    os.chmod(f"{base}/package/index.js", 0o755)
    with tarfile.open(f"{base}/proofed.tgz", "w:gz") as archive:
        archive.add(f"{base}/package", "package")
    with open(f"{base}/user/package.json", "w") as file:
        json.dump({"name": "user", "version": "1.0.0"}, file)
    command("npm", "install", "--offline", "--no-audit", "--no-fund", f"{base}/proofed.tgz", cwd=f"{base}/user")
    assert command(f"{base}/user/node_modules/.bin/proofed") == "42\n"


def busybox(root):
    """The root file system of a container: one program."""
    for name in ("bin", "proc", "sys", "dev", "tmp", "etc"):
        os.makedirs(f"{root}/{name}")
    command("cp", "/bin/busybox", f"{root}/bin/busybox")
    for name in ("sh", "id", "cat", "hostname", "httpd", "nc"):
        os.symlink("busybox", f"{root}/bin/{name}")
    with open(f"{root}/etc/greeting", "w") as file:
        file.write("from a container\n")


def crun():
    """A container of runc's kind, with namespaces and a cgroup of its own."""
    base = tempfile.mkdtemp(dir=VOLUME)
    busybox(f"{base}/rootfs")
    command("crun", "spec", cwd=base)
    with open(f"{base}/config.json") as file:
        spec = json.load(file)
    spec["process"].update(terminal=False, args=["/bin/sh", "-c", "echo $$; id -u; cat /proc/self/cgroup"])
    spec["linux"]["resources"]["memory"] = {"limit": 32 << 20}
    with open(f"{base}/config.json", "w") as file:
        json.dump(spec, file)
    lines = command("crun", "--cgroup-manager=cgroupfs", "run", "-b", base, "proof").split("\n")
    assert lines[:2] == ["1", "0"], lines


def podman_words():
    return ["podman", "--root", f"{VOLUME}/containers", "--runroot", "/run/containers", "--runtime", "crun",
            "--cgroup-manager", "cgroupfs", "--storage-driver", "overlay", "--events-backend", "file"]


def podman():
    """An image made here, and a container of it without network."""
    base = tempfile.mkdtemp()
    busybox(f"{base}/rootfs")
    command("tar", "-cf", f"{base}/image.tar", "-C", f"{base}/rootfs", ".")
    command(*podman_words(), "import", f"{base}/image.tar", "localhost/proof")
    got = command(*podman_words(), "run", "--rm", "--network", "none", "localhost/proof", "/bin/sh", "-c", "id -u; echo $$")
    assert got == "0\n1\n", got


def answers(what, seconds):
    """Asks until there is an answer; fails after so many seconds, with the last refusal."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return what()
        except (AssertionError, OSError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def docker():
    """Docker's daemon with its defaults: an image made here, networks of containers, a port that is published."""
    base = tempfile.mkdtemp()
    busybox(f"{base}/rootfs")
    command("tar", "-cf", f"{base}/image.tar", "-C", f"{base}/rootfs", ".")
    with open(f"{base}/log", "w") as log:
        daemon = subprocess.Popen(["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        driver = answers(lambda: command("docker", "info", "--format", "{{.Driver}} {{.CgroupVersion}}"), 120)
        assert driver == "overlay2 2\n", driver
        command("docker", "import", f"{base}/image.tar", "proof")
        assert command("docker", "run", "--rm", "-m", "32m", "proof", "/bin/sh", "-c", "id -u; echo $$") == "0\n1\n"
        server = ["/bin/httpd", "-f", "-p", "80", "-h", "/etc"]
        command("docker", "run", "-d", "--name", "web", "-p", "127.0.0.1:8081:80", "proof", *server)
        page = "http://127.0.0.1:8081/greeting"
        assert answers(lambda: urllib.request.urlopen(page, timeout=20).read(), 60) == b"from a container\n"
        # Through the guest's own network card, at whose other end the manifest's rules hold.
        script = "echo container | nc $PEER"
        peer = "PEER=" + os.environ["PROOF_PEER"]
        assert command("docker", "run", "--rm", "-e", peer, "proof", "/bin/sh", "-c", script) == "welcome\n"
        command("docker", "rm", "-f", "web")
    except BaseException as error:
        with open(f"{base}/log") as log:
            error.args = (f"{error}; dockerd: {log.read()[-200:]}",)
        raise
    finally:
        daemon.terminate()
        daemon.wait(60)


CHECKS = [node, crun, git]
