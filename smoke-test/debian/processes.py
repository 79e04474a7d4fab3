"""Processes, their limits, and what they share."""

import ctypes
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from multiprocessing import shared_memory


def square(number):
    return number * number


def pool(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as workers:
        assert workers.map(square, range(100)) == [n * n for n in range(100)]


def fork_pool():
    pool("fork")


def spawn_pool():
    pool("spawn")


def fill(name, semaphore):
    memory = shared_memory.SharedMemory(name=name)
    memory.buf[:5] = b"hello"
    memory.close()
    semaphore.release()


def sharing():
    context = multiprocessing.get_context("spawn")
    memory = shared_memory.SharedMemory(create=True, size=1 << 20)
    try:
        semaphore = context.Semaphore(0)
        child = context.Process(target=fill, args=(memory.name, semaphore))
        child.start()
        assert semaphore.acquire(timeout=120), "the semaphore was not released"
        child.join()
        assert bytes(memory.buf[:5]) == b"hello"
    finally:
        memory.close()
        memory.unlink()


def message_queue():
    queue = ctypes.CDLL("librt.so.1", use_errno=True)
    opened = queue.mq_open(b"/proof", os.O_RDWR | os.O_CREAT, 0o600, None)
    assert opened >= 0, os.strerror(ctypes.get_errno())
    assert queue.mq_unlink(b"/proof") == 0


def setuid_drop():
    """To another user and back is not possible."""
    script = (
        "import os\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: os.setuid(0)\nexcept PermissionError: pass\nelse: raise SystemExit('root again')\n"
        "try: open('/etc/shadow')\nexcept PermissionError: pass\nelse: raise SystemExit('shadow can be read')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    got = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "su", "-c", "true"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )
    assert "must be suid" not in got.stderr, "su is not setuid: " + got.stderr
    with open("/proc/self/mounts") as mounts:
        root = next(line for line in mounts if line.split()[1] == "/")
    assert "nosuid" not in root, root


def user_namespace():
    """As root, and as a user who is not."""
    for before in ([], ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]):
        got = subprocess.run(
            [*before, "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "sh", "-c",
             "mount -t proc proc /proc && mount -t tmpfs none /mnt && id -u && echo $$"],
            check=True, capture_output=True, text=True,
        )
        assert got.stdout.split() == ["0", "1"], got.stdout


def pivot_root():
    script = "mount -t tmpfs none /mnt && mkdir /mnt/old && cd /mnt && pivot_root . old && [ -d /old/usr ]"
    subprocess.run(["unshare", "--mount", "sh", "-c", script], check=True, capture_output=True)


def mounts():
    """tmpfs, and an overlay on it."""
    base = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "tmpfs", "none", base], check=True)
    try:
        for name in ("lower", "upper", "work", "merged"):
            os.mkdir(f"{base}/{name}")
        with open(f"{base}/lower/a", "w") as file:
            file.write("below")
        options = f"lowerdir={base}/lower,upperdir={base}/upper,workdir={base}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, f"{base}/merged"], check=True)
        with open(f"{base}/merged/a", "a") as file:
            file.write(" above")
        with open(f"{base}/upper/a") as file:
            assert file.read() == "below above"
        subprocess.run(["umount", f"{base}/merged"], check=True)
    finally:
        subprocess.run(["umount", base], check=True)


def limits():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert (soft, hard) == (1024, 1048576), (soft, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with open("/dev/null") as first:
        opened = [os.dup(first.fileno()) for _ in range(20000)]
    assert len(opened) == 20000


def variables():
    """Sixty-four, among them those that mean something to a kernel's command line."""
    wanted = ["init", "mem", "panic", "root", "loglevel", "quiet", "console", "ro", "rw", "debug"]
    for name in wanted:
        assert os.environ.get(name) == f"value of {name}", f"{name}={os.environ.get(name)!r}"
    assert sum(name.startswith("variable_") for name in os.environ) == 64 - len(wanted)
    with open("/proc/cmdline") as file:
        assert "value" not in file.read()


def orphans():
    """They are reaped by whoever is process 1."""
    for _ in range(50):
        subprocess.run(["sh", "-c", "true & true &"], check=True)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        shown = subprocess.run(["ps", "-eo", "stat,ppid,comm"], check=True, capture_output=True, text=True).stdout
        dead = [line for line in shown.splitlines() if line.startswith("Z")]
        if not dead:
            return
        time.sleep(0.5)
    raise AssertionError(f"not reaped: {dead}")


GROUP = "/sys/fs/cgroup/proof"


def in_own_cgroup(limit, value, script):
    """Runs a script in a cgroup that the agent has made, with a limit of its choice."""
    with open("/sys/fs/cgroup/cgroup.subtree_control", "w") as file:
        file.write("+pids +memory +cpu")
    os.mkdir(GROUP)
    try:
        with open(f"{GROUP}/{limit}", "w") as file:
            file.write(value)
        enter = f"open('{GROUP}/cgroup.procs', 'w').write('0')\n"
        return subprocess.run([sys.executable, "-c", enter + script], capture_output=True, text=True)
    finally:
        os.rmdir(GROUP)


def process_limit():
    """fork fails at the limit, and works again once those have ended."""
    got = in_own_cgroup("pids.max", "100", (
        "import os, signal\nchildren = []\n"
        "try:\n  while len(children) < 1000:\n    child = os.fork()\n"
        "    if child == 0: signal.pause(); os._exit(0)\n    children.append(child)\n"
        "except BlockingIOError: pass\n"
        "for child in children: os.kill(child, signal.SIGKILL)\n"
        "for child in children: os.waitpid(child, 0)\n"
        "again = os.fork()\nif again == 0: os._exit(0)\nos.waitpid(again, 0)\n"
        "print(len(children))"
    ))
    assert got.stdout == "99\n", got


def memory_limit():
    """The kernel kills who takes more."""
    got = in_own_cgroup("memory.max", str(48 << 20), "held = []\nwhile True: held.append(bytearray(1 << 20))")
    assert got.returncode == -signal.SIGKILL, got


CHECKS = [
    fork_pool,
    spawn_pool,
    sharing,
    message_queue,
    setuid_drop,
    user_namespace,
    pivot_root,
    mounts,
    limits,
    variables,
    orphans,
    process_limit,
    memory_limit,
]
