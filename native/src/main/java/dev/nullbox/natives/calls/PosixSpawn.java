package dev.nullbox.natives.calls;

import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import java.util.List;

/** Call of posix_spawn with its file actions and attributes. Source: posix_spawn(3), glibc's spawn.h. */
final class PosixSpawn {
    static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    static final int POSIX_SPAWN_SETSID = 0x80;

    /** sizeof(posix_spawn_file_actions_t). */
    static final int FILE_ACTIONS_BYTES = 80;
    /** sizeof(posix_spawnattr_t). */
    static final int ATTRIBUTES_BYTES = 336;
    /** sizeof(sigset_t). */
    static final int SIGSET_BYTES = 128;

    private final LibcCalls calls;
    private final CFrame frame;

    PosixSpawn(LibcCalls calls, CFrame frame) {
        this.calls = calls;
        this.frame = frame;
    }

    /** As {@code Libc.posixSpawn}. */
    SysResult spawn(String path, List<String> argv, List<String> env, List<SpawnAction> actions, boolean newSession) {
        long fileActions = frame.allocate(FILE_ACTIONS_BYTES);
        int error = calls.fileActionsInit(fileActions);
        if (error != 0) {
            return new SysResult.Failed(error);
        }
        try {
            error = addAll(fileActions, actions);
            return error != 0 ? new SysResult.Failed(error) : withAttributes(path, argv, env, fileActions, newSession);
        } finally {
            calls.fileActionsDestroy(fileActions);
        }
    }

    private SysResult withAttributes(
            String path, List<String> argv, List<String> env, long fileActions, boolean newSession) {
        long attributes = frame.allocate(ATTRIBUTES_BYTES);
        int error = calls.spawnattrInit(attributes);
        if (error != 0) {
            return new SysResult.Failed(error);
        }
        try {
            error = setAttributes(attributes, newSession);
            if (error != 0) {
                return new SysResult.Failed(error);
            }
            long pid = frame.allocate(Integer.BYTES);
            error = calls.posixSpawn(
                    pid, frame.string(path), fileActions, attributes, frame.strings(argv), frame.strings(env));
            return error != 0 ? new SysResult.Failed(error) : new SysResult.Ok(frame.intAt(pid));
        } finally {
            calls.spawnattrDestroy(attributes);
        }
    }

    private int addAll(long fileActions, List<SpawnAction> actions) {
        int error = 0;
        for (SpawnAction action : actions) {
            error = switch (action) {
                case SpawnAction.Dup2(int from, int to) -> calls.fileActionsAdddup2(fileActions, from, to);
                case SpawnAction.Open(int fd, String path, int flags, int mode) ->
                    calls.fileActionsAddopen(fileActions, fd, frame.string(path), flags, mode);
                case SpawnAction.CloseFrom(int fd) -> calls.fileActionsAddclosefromNp(fileActions, fd);
            };
            if (error != 0) {
                return error;
            }
        }
        return error;
    }

    /** Every signal to its default, none blocked: the runtime's own handlers and masks must not reach the child. */
    private int setAttributes(long attributes, boolean newSession) {
        long all = frame.allocate(SIGSET_BYTES);
        if (calls.sigfillset(all) instanceof SysResult.Failed(int errno)) {
            return errno;
        }
        long none = frame.allocate(SIGSET_BYTES);
        int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (newSession ? POSIX_SPAWN_SETSID : 0);
        int error = calls.spawnattrSetsigdefault(attributes, all);
        error = error != 0 ? error : calls.spawnattrSetsigmask(attributes, none);
        return error != 0 ? error : calls.spawnattrSetflags(attributes, (short) flags);
    }
}
