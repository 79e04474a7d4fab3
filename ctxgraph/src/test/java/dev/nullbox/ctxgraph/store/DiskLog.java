package dev.nullbox.ctxgraph.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Log of {@code record.c}: the calls of a process on the files of one directory, and the disks that a power cut may
 * leave of it: all that was synced, and of the rest of a file whatever the disk got to, in any order, torn at sectors.
 * A new file's name is there once the file is synced; of renamings and removals those up to any one are there, and all
 * once the directory is synced.
 */
final class DiskLog {
    private static final int SECTOR = 512;
    private static final String DIRECTORY = ".";

    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Content> names = new HashMap<>();
    private final Map<String, Content> durableNames = new HashMap<>();
    private final List<Renaming> pending = new ArrayList<>();
    private final boolean syncs;
    private int at;

    /**
     * Recorded call: {@code W} write, {@code T} truncate to the offset, {@code S} sync, {@code U} unlink, {@code R}
     * rename to what the data says.
     */
    private record Step(char type, String file, long offset, ByteBuffer data) {
        String newName() {
            return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
        }
    }

    /** Rename: a name that disappears, and the one that replaces it, or none. */
    private record Renaming(String from, String to, Content content) {}

    /** A file, whatever its name. */
    private static final class Content {
        private byte[] durable = new byte[0];
        private final List<Step> waiting = new ArrayList<>();

        byte[] now() {
            byte[] content = durable;
            for (Step step : waiting) {
                content = apply(content, step, 0, step.data().capacity());
            }
            return content;
        }

        byte[] afterCut(Random random) {
            byte[] content = durable;
            for (Step step : waiting) {
                if (step.type() == 'T') {
                    content = random.nextBoolean() ? apply(content, step, 0, 0) : content;
                    continue;
                }
                for (int from = 0; from < step.data().capacity(); from += SECTOR) {
                    int to = Math.min(step.data().capacity(), from + SECTOR);
                    content = random.nextBoolean() ? apply(content, step, from, to) : content;
                }
            }
            return content;
        }
    }

    private DiskLog(boolean syncs) {
        this.syncs = syncs;
    }

    static DiskLog read(Path file) throws IOException {
        return read(file, true);
    }

    /** The same on a disk that says that it has synced, and has not. */
    static DiskLog readForADiskThatLies(Path file) throws IOException {
        return read(file, false);
    }

    private static DiskLog read(Path file, boolean syncs) throws IOException {
        DiskLog log = new DiskLog(syncs);
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        while (in.hasRemaining()) {
            char type = (char) in.get();
            byte[] name = new byte[in.get()];
            in.get(name);
            long offset = in.getLong();
            byte[] data = new byte[in.getInt()];
            in.get(data);
            log.steps.add(new Step(type, new String(name, StandardCharsets.UTF_8), offset, ByteBuffer.wrap(data)));
        }
        return log;
    }

    int size() {
        return steps.size();
    }

    /** Lets one more call happen. */
    void advance() {
        Step step = steps.get(at++);
        switch (step.type()) {
            case 'S' -> sync(step.file());
            case 'U' -> rename(step.file(), "");
            case 'R' -> rename(step.file(), step.newName());
            default ->
                names.computeIfAbsent(step.file(), _ -> new Content()).waiting.add(step);
        }
    }

    private void sync(String file) {
        if (!syncs) {
            return;
        }
        if (file.equals(DIRECTORY)) {
            pending.forEach(renaming -> apply(durableNames, renaming));
            pending.clear();
            return;
        }
        Content content = names.computeIfAbsent(file, _ -> new Content());
        content.durable = content.now();
        content.waiting.clear();
        if (pending.stream().noneMatch(renaming -> renaming.content() == content)) {
            durableNames.put(file, content);
        }
    }

    private void rename(String from, String to) {
        Content content = names.get(from);
        if (content == null) {
            return;
        }
        Renaming renaming = new Renaming(from, to, content);
        apply(names, renaming);
        pending.add(renaming);
    }

    private static void apply(Map<String, Content> names, Renaming renaming) {
        names.remove(renaming.from(), renaming.content());
        if (!renaming.to().isEmpty()) {
            names.put(renaming.to(), renaming.content());
        }
    }

    /** What the process itself sees in a file now. */
    byte[] all(String file) {
        Content content = names.get(file);
        return content == null ? new byte[0] : content.now();
    }

    /** The files as a killed process leaves them. */
    void writeAll(Path directory) throws IOException {
        for (Map.Entry<String, Content> file : names.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue().now());
        }
    }

    /** The files as a power cut may leave them. */
    void writeCut(Path directory, Random random) throws IOException {
        Map<String, Content> found = new HashMap<>(durableNames);
        // A file that was never synced may be there all the same, with some of what was written to it.
        names.forEach((name, content) -> {
            if (!found.containsValue(content) && pending.stream().noneMatch(one -> one.content() == content)) {
                found.put(name, content);
            }
        });
        int done = random.nextInt(pending.size() + 1);
        pending.subList(0, done).forEach(renaming -> apply(found, renaming));
        for (Map.Entry<String, Content> file : found.entrySet()) {
            byte[] content = file.getValue().afterCut(random);
            if (content.length > 0 || durableNames.containsValue(file.getValue())) {
                Files.write(directory.resolve(file.getKey()), content);
            }
        }
    }

    private static byte[] apply(byte[] content, Step step, int from, int to) {
        if (step.type() == 'T') {
            return Arrays.copyOf(content, (int) step.offset());
        }
        int end = (int) step.offset() + to;
        byte[] changed = Arrays.copyOf(content, Math.max(content.length, end));
        step.data().get(from, changed, (int) step.offset() + from, to - from);
        return changed;
    }
}
