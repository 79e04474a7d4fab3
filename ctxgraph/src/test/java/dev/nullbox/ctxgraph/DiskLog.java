package dev.nullbox.ctxgraph;

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
 * What {@code record.c} saw a process do to its files, and the disks that a power cut may leave of it: all that was
 * synced, and of the rest whatever the disk got to, in any order, torn at sectors.
 */
final class DiskLog {
    private static final int SECTOR = 512;

    private final List<Step> steps = new ArrayList<>();
    private final Map<String, byte[]> durable = new HashMap<>();
    private final Map<String, List<Step>> pending = new HashMap<>();
    private int at;

    /** One call: {@code W} write, {@code T} truncate to the offset, {@code S} sync, {@code U} unlink. */
    private record Step(char type, String file, long offset, ByteBuffer data) {}

    private DiskLog() {}

    static DiskLog read(Path file) throws IOException {
        DiskLog log = new DiskLog();
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
        List<Step> waiting = pending.computeIfAbsent(step.file(), name -> new ArrayList<>());
        switch (step.type()) {
            case 'S' -> {
                durable.put(step.file(), all(step.file()));
                waiting.clear();
            }
            case 'U' -> {
                durable.remove(step.file());
                waiting.clear();
            }
            default -> waiting.add(step);
        }
    }

    /** What the process itself sees in a file now. */
    byte[] all(String file) {
        byte[] content = durable.getOrDefault(file, new byte[0]);
        for (Step step : pending.getOrDefault(file, List.of())) {
            content = apply(content, step, 0, step.data().capacity());
        }
        return content;
    }

    /** The files as a killed process leaves them. */
    void writeAll(Path directory) throws IOException {
        for (String file : pending.keySet()) {
            byte[] content = all(file);
            if (durable.containsKey(file) || content.length > 0) {
                Files.write(directory.resolve(file), content);
            }
        }
    }

    /** The files as a power cut may leave them. */
    void writeCut(Path directory, Random random) throws IOException {
        for (String file : pending.keySet()) {
            byte[] content = durable.getOrDefault(file, new byte[0]);
            for (Step step : pending.get(file)) {
                if (step.type() == 'T') {
                    content = random.nextBoolean() ? apply(content, step, 0, 0) : content;
                    continue;
                }
                for (int from = 0; from < step.data().capacity(); from += SECTOR) {
                    int to = Math.min(step.data().capacity(), from + SECTOR);
                    content = random.nextBoolean() ? apply(content, step, from, to) : content;
                }
            }
            if (durable.containsKey(file) || content.length > 0) {
                Files.write(directory.resolve(file), content);
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
