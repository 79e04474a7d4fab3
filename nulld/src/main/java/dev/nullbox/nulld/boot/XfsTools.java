package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.service.process.ExitStatus;
import dev.nullbox.service.process.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Programs of xfsprogs, run at the operator's request alone; their actions are reported on the console. Source:
 * mkfs.xfs(8), xfs_repair(8).
 */
final class XfsTools {
    /** The smallest partition that mkfs.xfs takes. */
    static final long MIN_BYTES = 300L << 20;

    private static final Duration FORMAT_LIMIT = Duration.ofMinutes(5);
    private static final Duration REPAIR_LIMIT = Duration.ofMinutes(60);
    private static final int DIRTY_LOG = 2;
    private static final int MAX_LINES = 60;

    private final Tool tool;
    private final Consumer<String> say;

    /** @param say takes lines for the console */
    XfsTools(Libc libc, Consumer<String> say) {
        this.tool = new Tool(
                libc,
                (command, environment, actions) ->
                        libc.posixSpawn(command.getFirst(), command, environment, actions, true));
        this.say = say;
    }

    /**
     * Makes a file system.
     *
     * @param overwrites whether an existing one may be lost; otherwise mkfs.xfs checks for one itself
     * @throws IOException when it was not made
     */
    void format(Path node, long bytes, boolean overwrites) throws IOException {
        if (bytes < MIN_BYTES) {
            throw new IOException("it has " + (bytes >> 20) + " MiB, and XFS needs " + (MIN_BYTES >> 20)
                    + " MiB at least: make it larger");
        }
        say.accept("making a file system on " + node + ", " + (bytes >> 20) + " MiB: XFS");
        List<String> command = new ArrayList<>(
                List.of("/sbin/mkfs.xfs", "-q", "-K", "-L", "nullbox-data", "-m", "crc=1,finobt=1,reflink=1"));
        if (overwrites) {
            command.add("-f");
        }
        command.add(node.toString());
        ExitStatus end = run(command, FORMAT_LIMIT);
        if (!end.isSuccess()) {
            throw new IOException("mkfs.xfs failed: " + end.describe());
        }
        say.accept("the file system on " + node + " is made");
    }

    /**
     * Repairs a file system that cannot be mounted. Mounting has tried to replay its log; where that is impossible, the
     * log is discarded, and with it the latest changes.
     *
     * @throws IOException when it was not repaired
     */
    void repair(Path node) throws IOException {
        say.accept("repairing the file system on " + node
                + " by xfs_repair; files without a name are moved to /data/lost+found");
        ExitStatus end = run(List.of("/sbin/xfs_repair", node.toString()), REPAIR_LIMIT);
        if (end instanceof ExitStatus.Code(var code) && code == DIRTY_LOG) {
            say.accept("the log of " + node + " cannot be replayed and is discarded: what was changed last is lost");
            end = run(List.of("/sbin/xfs_repair", "-L", node.toString()), REPAIR_LIMIT);
        }
        if (!end.isSuccess()) {
            throw new IOException("xfs_repair failed: " + end.describe());
        }
        say.accept("the file system on " + node + " is repaired");
    }

    private ExitStatus run(List<String> command, Duration limit) throws IOException {
        String program = command.getFirst().substring(command.getFirst().lastIndexOf('/') + 1);
        AtomicInteger lines = new AtomicInteger();
        ExitStatus end = tool.run(command, List.of("LANG=C.UTF-8"), limit, line -> {
            if (!line.isBlank() && lines.getAndIncrement() < MAX_LINES) {
                say.accept(program + ": " + line.strip());
            }
        });
        if (lines.get() > MAX_LINES) {
            say.accept(program + ": " + (lines.get() - MAX_LINES) + " more lines");
        }
        return end;
    }
}
