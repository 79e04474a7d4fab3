package dev.nullbox.warden;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A directory that forgets, when the power goes, what was not synced; and whose power goes at a step of one's choice. */
final class MemoryFiles implements VaultFiles {
    private final Map<String, byte[]> content = new HashMap<>();
    private final Map<String, byte[]> durableNames = new HashMap<>();
    private final IdentityHashMap<byte[], byte[]> durableBytes = new IdentityHashMap<>();
    private final List<String> steps = new ArrayList<>();
    private int stepsUntilCut = Integer.MAX_VALUE;
    private @Nullable Random torn;

    void cutPowerAtStep(int step, Random random) {
        stepsUntilCut = step;
        torn = random;
    }

    List<String> steps() {
        return steps;
    }

    void put(String name, byte[] bytes) {
        content.put(name, bytes.clone());
    }

    void remove(String name) {
        content.remove(name);
    }

    byte[] bytes(String name) {
        byte[] bytes = content.get(name);
        if (bytes == null) {
            throw new AssertionError("no " + name);
        }
        return bytes.clone();
    }

    /** What a disk may hold after the cut: of each thing that was not synced, the old or the new. */
    MemoryFiles afterPowerCut(Random random) {
        MemoryFiles after = new MemoryFiles();
        boolean newNames = random.nextBoolean();
        (newNames ? content : durableNames).forEach((name, bytes) -> {
            byte[] durable = durableBytes.get(bytes);
            if (durable != null) {
                after.put(name, durable);
            } else {
                after.put(name, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            }
        });
        return after;
    }

    @Override
    public Optional<byte[]> read(String name, int limit) throws IOException {
        byte[] bytes = content.get(name);
        if (bytes != null && bytes.length > limit) {
            throw new FileTooLargeException(name, bytes.length);
        }
        return Optional.ofNullable(bytes).map(byte[]::clone);
    }

    @Override
    public void write(String name, byte[] bytes, boolean readOnly) throws IOException {
        if (cut("write " + name)) {
            if (torn != null) {
                content.put(name, Arrays.copyOf(bytes, torn.nextInt(bytes.length + 1)));
            }
            throw new IOException("power cut");
        }
        content.put(name, bytes.clone());
    }

    @Override
    public void sync(String name) throws IOException {
        step("sync " + name);
        byte[] bytes = content.get(name);
        if (bytes == null) {
            throw new IOException("no " + name);
        }
        durableBytes.put(bytes, bytes.clone());
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step("rename " + from + " " + to);
        byte[] bytes = content.remove(from);
        if (bytes == null) {
            throw new IOException("no " + from);
        }
        content.put(to, bytes);
    }

    @Override
    public void syncDirectory() throws IOException {
        step("sync directory");
        durableNames.clear();
        durableNames.putAll(content);
    }

    private void step(String what) throws IOException {
        if (cut(what)) {
            throw new IOException("power cut");
        }
    }

    private boolean cut(String what) {
        steps.add(what);
        return stepsUntilCut-- <= 0;
    }
}
