"""What file systems do: on the root, on /tmp, on /dev/shm and on the volume."""

import ctypes
import errno
import fcntl
import mmap
import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import threading

VOLUME = "/var/lib/proof"
# The root (a layer above an image), /tmp, and the volume disk.
PLACES = ["/root", "/tmp", VOLUME]


def in_places(check):
    """The same check in each place, in a directory of its own."""

    def run():
        for place in PLACES:
            directory = tempfile.mkdtemp(dir=place)
            try:
                check(directory)
            except BaseException as error:
                error.args = (f"in {place}: {error}",)
                raise
            shutil.rmtree(directory)

    run.__name__ = check.__name__
    return run


@in_places
def sqlite_wal(directory):
    """One process writes while another reads."""
    path = f"{directory}/db"
    with sqlite3.connect(path) as base:
        assert base.execute("pragma journal_mode=wal").fetchone() == ("wal",)
        base.execute("create table t (n integer)")
        base.commit()
        script = (
            f"import sqlite3\nbase = sqlite3.connect({path!r}, timeout=60)\n"
            "for n in range(100):\n  base.execute('insert into t values (?)', (n,)); base.commit()\n"
        )
        with subprocess.Popen([sys.executable, "-c", script]) as child:
            while child.poll() is None:
                base.execute("select sum(n) from t").fetchone()
        assert child.returncode == 0
        assert base.execute("select count(*), sum(n) from t").fetchone() == (100, 4950)
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)


@in_places
def locks(directory):
    with open(f"{directory}/lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with open(f"{directory}/lock", "w") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                raise AssertionError("locked twice")
        fcntl.lockf(held, fcntl.LOCK_EX)
        script = f"import fcntl\nfcntl.lockf(open({directory + '/lock'!r}, 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        got = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert "BlockingIOError" in got.stderr, got.stderr


@in_places
def mapped(directory):
    with open(f"{directory}/map", "w+b") as file:
        file.truncate(1 << 20)
        with mmap.mmap(file.fileno(), 1 << 20) as memory:
            memory[12345:12350] = b"hello"
            memory.flush()
        file.seek(12345)
        assert file.read(5) == b"hello"


@in_places
def watched(directory):
    """inotify tells of what another process makes."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_CLOEXEC)
    assert watch >= 0
    created = 0x100
    assert libc.inotify_add_watch(watch, directory.encode(), created) >= 0, os.strerror(ctypes.get_errno())
    timer = threading.Timer(0.1, lambda: subprocess.run(["touch", f"{directory}/made"]))
    timer.start()
    data = os.read(watch, 4096)
    _, mask, _, length = struct.unpack_from("iIII", data)
    assert mask & created and data[16:16 + length].rstrip(b"\0") == b"made", data
    timer.join()
    os.close(watch)


@in_places
def direct(directory):
    """O_DIRECT, with the data in aligned memory."""
    with mmap.mmap(-1, 8192) as memory:
        memory[:] = b"d" * 8192
        file = os.open(f"{directory}/direct", os.O_RDWR | os.O_CREAT | os.O_DIRECT)
        assert os.write(file, memory) == 8192
        os.lseek(file, 0, os.SEEK_SET)
        memory[:] = bytes(8192)
        assert os.readv(file, [memory]) == 8192
        assert memory[:] == b"d" * 8192
        os.close(file)


@in_places
def unnamed(directory):
    """O_TMPFILE, and its name by linkat, which os.link calls where a directory is given."""
    file = os.open(directory, os.O_TMPFILE | os.O_RDWR)
    os.write(file, b"later")
    os.link(f"/proc/self/fd/{file}", f"{directory}/named", src_dir_fd=file, follow_symlinks=True)
    with open(f"{directory}/named") as named:
        assert named.read() == "later"
    os.close(file)


@in_places
def links(directory):
    with open(f"{directory}/one", "w") as file:
        file.write("1")
    os.link(f"{directory}/one", f"{directory}/two")
    assert os.stat(f"{directory}/two").st_nlink == 2
    assert os.path.samefile(f"{directory}/one", f"{directory}/two")
    os.symlink("one", f"{directory}/three")
    assert os.readlink(f"{directory}/three") == "one"
    os.rename(f"{directory}/two", f"{directory}/one")
    os.mkfifo(f"{directory}/fifo")
    os.mknod(f"{directory}/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with open(f"{directory}/null", "w") as null:
        null.write("gone")


@in_places
def exchange(directory):
    """renameat2 with RENAME_EXCHANGE and RENAME_NOREPLACE, and a directory that the image may hold."""
    libc = ctypes.CDLL(None, use_errno=True)
    for name in ("a", "b"):
        os.mkdir(f"{directory}/{name}")
        with open(f"{directory}/{name}/{name}", "w"):
            pass
    one, other = f"{directory}/a".encode(), f"{directory}/b".encode()
    assert libc.renameat2(-100, one, -100, other, 2) == 0, os.strerror(ctypes.get_errno())
    assert os.listdir(f"{directory}/a") == ["b"]
    assert libc.renameat2(-100, one, -100, other, 1) == -1 and ctypes.get_errno() == errno.EEXIST


@in_places
def attributes(directory):
    path = f"{directory}/file"
    with open(path, "w"):
        pass
    for name in ("user.proof", "security.proof", "trusted.proof"):
        os.setxattr(path, name, b"value of " + name.encode())
        assert os.getxattr(path, name) == b"value of " + name.encode(), name
    assert set(os.listxattr(path)) >= {"user.proof", "security.proof", "trusted.proof"}, os.listxattr(path)
    shutil.copy("/bin/true", f"{directory}/capable")
    # VFS_CAP_REVISION_2 with CAP_NET_BIND_SERVICE, permitted and effective
    capability = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)
    os.setxattr(f"{directory}/capable", "security.capability", capability)
    assert os.getxattr(f"{directory}/capable", "security.capability") == capability


@in_places
def owners(directory):
    path = f"{directory}/file"
    with open(path, "w"):
        pass
    os.chown(path, 12345, 54321)
    os.chmod(path, 0o6751)
    found = os.stat(path)
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 54321, 0o6751), found


@in_places
def names(directory):
    for name in (b"n" * 255, b"\xff\xfe not utf-8 \x80", "grün 東京".encode(), b"new\nline"):
        path = os.path.join(directory.encode(), name)
        with open(path, "w") as file:
            file.write("x")
        assert name in os.listdir(directory.encode())
        os.remove(path)
    try:
        open(f"{directory}/{'n' * 256}", "w")
    except OSError as error:
        assert error.errno == errno.ENAMETOOLONG, error
    else:
        raise AssertionError("a name of 256 bytes")


@in_places
def holes(directory):
    with open(f"{directory}/sparse", "w+b") as file:
        file.truncate(1 << 33)
        file.seek(1 << 32)
        file.write(b"x")
        file.flush()
        os.posix_fallocate(file.fileno(), 0, 1 << 20)
        assert os.lseek(file.fileno(), 1 << 22, os.SEEK_DATA) <= 1 << 32
        assert os.fstat(file.fileno()).st_blocks < 1 << 13


def image_files():
    """Files of the image can be changed, moved and removed as anywhere."""
    with open("/etc/debian_version", "a") as file:
        file.write("changed\n")
    with open("/etc/debian_version") as file:
        assert "changed" in file.read()
    os.rename("/usr/share/python3", "/usr/share/python3.moved")
    os.rename("/usr/share/python3.moved", "/usr/share/python3")
    os.chown("/etc/hostname" if os.path.exists("/etc/hostname") else "/etc/issue", 1, 1)
    os.remove("/etc/issue.net")
    assert not os.path.exists("/etc/issue.net")


def world():
    """What programs look for."""
    for path, kind in (("/dev/null", stat.S_ISCHR), ("/dev/tty", stat.S_ISCHR), ("/dev/fuse", stat.S_ISCHR),
                       ("/dev/net/tun", stat.S_ISCHR), ("/dev/shm", stat.S_ISDIR), ("/dev/pts", stat.S_ISDIR),
                       ("/run", stat.S_ISDIR), ("/sys/fs/cgroup/cgroup.procs", stat.S_ISREG)):
        assert kind(os.stat(path).st_mode), path
    assert stat.S_IMODE(os.stat("/tmp").st_mode) == 0o1777
    assert stat.S_IMODE(os.stat("/dev/shm").st_mode) == 0o1777
    with open("/etc/machine-id") as file:
        assert len(file.read().strip()) == 32
    with open("/dev/fd/0"), open("/dev/stdin"):
        pass
    controllers = open("/sys/fs/cgroup/cgroup.controllers").read().split()
    assert {"cpu", "memory", "pids"} <= set(controllers), controllers
    master, slave = os.openpty()
    assert os.isatty(slave) and os.ttyname(slave).startswith("/dev/pts/")
    os.close(master)


CHECKS = [
    world,
    sqlite_wal,
    locks,
    mapped,
    watched,
    direct,
    unnamed,
    links,
    exchange,
    attributes,
    owners,
    names,
    holes,
    image_files,
]
