package dev.nullbox.warden;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mlock;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Rlimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Hardening of this process's memory against reads by others and against being written to disk. */
final class ProcessHardening {
    private final Libc libc;
    private final Path limits;

    /** @param limits {@code /proc/self/limits} */
    ProcessHardening(Libc libc, Path limits) {
        this.libc = libc;
        this.limits = limits;
    }

    /**
     * Disables core dumps, and keeps {@code /proc/PID/mem} from every other user, root without CAP_SYS_PTRACE included:
     * proc(5), PR_SET_DUMPABLE(2const).
     *
     * @throws SyscallException when the kernel refuses
     * @throws IllegalStateException when reading it back shows no effect
     */
    void hide() throws SyscallException {
        libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0).orThrow("setrlimit RLIMIT_CORE 0");
        libc.prctl(Prctl.PR_SET_DUMPABLE, 0, 0, 0, 0).orThrow("prctl PR_SET_DUMPABLE 0");
        if (libc.prctl(Prctl.PR_GET_DUMPABLE, 0, 0, 0, 0).orThrow("prctl PR_GET_DUMPABLE") != 0) {
            throw new IllegalStateException("prctl PR_SET_DUMPABLE 0 had no effect");
        }
    }

    /**
     * Locks all pages, present and future, as they are first used. Only without a limit on locked memory: within one, a
     * later allocation would fail.
     *
     * @return the reason when the kernel does not allow it
     */
    Optional<String> lock() throws IOException {
        boolean unlimited = Files.readAllLines(limits).stream()
                .anyMatch(line -> line.startsWith("Max locked memory") && line.contains("unlimited"));
        if (!unlimited) {
            return Optional.of("RLIMIT_MEMLOCK is not unlimited");
        }
        return switch (libc.mlockall(Mlock.MCL_CURRENT | Mlock.MCL_FUTURE | Mlock.MCL_ONFAULT)) {
            case SysResult.Ok(long _) -> Optional.empty();
            case SysResult.Failed(int errno) -> Optional.of("mlockall failed with errno " + errno);
        };
    }
}
