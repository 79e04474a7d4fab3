package dev.nullbox.service.sandbox;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Steps by which the calling thread enters a sandbox before it executes the sandboxed program itself. */
public final class SandboxProcess {
    private SandboxProcess() {}

    /** Has the kernel kill this process when the thread that started it ends; a change of credentials undoes it. */
    public static void dieWithParent(Libc libc) throws SyscallException {
        libc.prctl(Prctl.PR_SET_PDEATHSIG, Signals.SIGKILL, 0, 0, 0).orThrow("prctl PR_SET_PDEATHSIG");
    }

    /**
     * The same, and checks that the parent still lives.
     *
     * @param name of the parent, for the message
     * @throws IOException when it has died already: then no signal would come
     */
    public static void dieWithParent(Libc libc, String name, long pid) throws IOException {
        dieWithParent(libc);
        if (!Files.readAllLines(Path.of("/proc/thread-self/status")).contains("PPid:\t" + pid)) {
            throw new IOException(name + ", process " + pid + ", has died");
        }
    }

    /**
     * Separates the calling thread from the host's mounts, network, System V objects and names. The PID namespace is
     * the process's own from its start. A kernel without IPC has no namespace for it.
     *
     * @param hostname its new host name
     */
    public static void leaveHost(Libc libc, String hostname) throws SyscallException {
        int ipc = Files.exists(Path.of("/proc/thread-self/ns/ipc")) ? Namespaces.CLONE_NEWIPC : 0;
        libc.unshare(Namespaces.CLONE_NEWNS | Namespaces.CLONE_NEWNET | Namespaces.CLONE_NEWUTS | ipc)
                .orThrow("unshare mount, network, IPC and UTS namespaces");
        libc.sethostname(hostname).orThrow("sethostname");
    }

    /**
     * Makes the bytes standard input, by an unlinked file: a pipe may be too short for them, and nothing reads yet.
     *
     * @param file path of the file meanwhile; there is none
     */
    public static void giveInput(Libc libc, Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        int fd = libc.open(file.toString(), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + file);
        libc.dup2(fd, 0).orThrow("dup2 " + file + " to standard input");
        libc.close(fd).orThrow("close " + file);
        Files.delete(file);
    }
}
