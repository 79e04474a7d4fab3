package dev.nullbox.natives;

/** Step of posix_spawn on the child's descriptors, in order, before the program starts. Source: posix_spawn(3). */
public sealed interface SpawnAction {
    /** {@code posix_spawn_file_actions_adddup2}: from == to clears close-on-exec. */
    record Dup2(int from, int to) implements SpawnAction {}

    /** {@code posix_spawn_file_actions_addopen}. */
    record Open(int fd, String path, int flags, int mode) implements SpawnAction {}

    /** {@code posix_spawn_file_actions_addclosefrom_np} (glibc 2.34): closes fd and all above it. */
    record CloseFrom(int fd) implements SpawnAction {}
}
