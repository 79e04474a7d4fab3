package dev.nullbox.cage.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import dev.nullbox.service.process.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Maker of ext4 file systems in new sparse files: it only writes, and never opens a file that a guest has had. Source:
 * mke2fs(8).
 */
final class Mke2fs {
    /** Features for all guests, named here, so that no configuration file of the machine changes a disk. */
    private static final String FEATURES = "none,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,"
            + "sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration CONTENT_LIMIT = Duration.ofMinutes(20);
    private static final int MAX_SAID = 5;

    private final Tool tool;
    private final String program;

    /** @param program its path */
    Mke2fs(Libc libc, ChildProcess.Launcher launcher, String program) {
        this.tool = new Tool(libc, launcher);
        this.program = program;
    }

    /**
     * File system to make.
     *
     * @param bytes its size, a multiple of 4096
     * @param uuid its identity, and the seed of its directories' hashes
     * @param bytesPerInode bytes for each inode
     * @param isWritable whether it has a journal
     * @param content the directory that becomes its root; empty for none
     */
    record Plan(long bytes, UUID uuid, int bytesPerInode, boolean isWritable, Optional<Path> content) {}

    /**
     * Makes a file of mode 0600 with the file system, in place of an existing one; not synced.
     *
     * @throws IOException with mke2fs's output; the file is removed
     */
    void make(Path file, Plan plan) throws IOException {
        Files.deleteIfExists(file);
        boolean isMade = false;
        try {
            create(file, plan.bytes());
            fill(file, plan);
            isMade = true;
        } finally {
            if (!isMade) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void create(Path file, long bytes) throws IOException {
        FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                .close();
        setLength(file, bytes);
    }

    /** Makes a file longer, by a hole, or shorter. */
    static void setLength(Path file, long bytes) throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
        }
    }

    private void fill(Path file, Plan plan) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-q", "-F", "-b", "4096", "-I", "256", "-m", "0"));
        command.addAll(List.of("-i", Integer.toString(plan.bytesPerInode())));
        command.addAll(List.of("-O", plan.isWritable() ? FEATURES + ",has_journal" : FEATURES));
        command.addAll(List.of("-U", plan.uuid().toString()));
        // The file is a hole: the guest's kernel need not zero what reads as zeros.
        command.addAll(List.of("-E", "assume_storage_prezeroed=1,nodiscard,root_owner=0:0,hash_seed=" + plan.uuid()));
        plan.content().ifPresent(content -> command.addAll(List.of("-d", content.toString())));
        command.add(file.toString());
        List<String> said = new ArrayList<>();
        ExitStatus status = tool.run(
                command,
                List.of("MKE2FS_CONFIG=/dev/null", "LANG=C.UTF-8"),
                plan.content().isPresent() ? CONTENT_LIMIT : LIMIT,
                line -> {
                    if (!line.isBlank() && said.size() < MAX_SAID) {
                        said.add(line.strip());
                    }
                });
        if (!status.isSuccess()) {
            throw new IOException(program + " could not make " + file + " of " + (plan.bytes() >> 20) + " MiB: "
                    + status.describe() + (said.isEmpty() ? "" : "; it said: " + String.join("; ", said)));
        }
    }
}
