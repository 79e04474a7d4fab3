package dev.nullbox.warden.vault;

import dev.nullbox.service.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A directory whose power goes at a step of one's choice, and which then has, of all that was not synced, any part:
 * each sector of a write or none of it, the new length or the old, renamed names or the former ones.
 */
public final class MemoryFiles implements Directory {
    private static final int SECTOR = 512;

    /** A file's contents now, what of it is on the disk, and what may get there. */
    private static final class Node {
        private byte[] now = {};
        private byte[] durable = {};
        private final List<Write> pending = new ArrayList<>();
    }

    /** A write, or a truncation when there are no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Write(long position, byte @Nullable [] bytes) {
        long end() {
            return position + (bytes == null ? 0 : bytes.length);
        }
    }

    private final Map<String, Node> names = new HashMap<>();
    /** The directory as it may be found after a cut: the last entry is the present. */
    private final List<Map<String, Node>> directories = new ArrayList<>(List.of(Map.of()));

    private final List<String> steps = new ArrayList<>();
    private int stepsUntilCut = Integer.MAX_VALUE;
    private int failures = Integer.MAX_VALUE;
    private int readsUntilFailure = Integer.MAX_VALUE;
    private String unwritable = "";

    /** From this step on, counted from 0, every one fails. */
    public void cutPowerAtStep(int step) {
        stepsUntilCut = step;
        failures = Integer.MAX_VALUE;
    }

    /** The step, counted from 0, fails, and those after it work again. */
    void failOnce(int step) {
        stepsUntilCut = step;
        failures = 1;
    }

    /** The reading, counted from 0, fails, and those after it work again. */
    void failRead(int reading) {
        readsUntilFailure = reading;
    }

    /** Writing to the file of the name fails, until another is named. */
    public void failWritesTo(String name) {
        unwritable = name;
    }

    List<String> steps() {
        return steps;
    }

    /** A file that is on the disk already. */
    public void put(String name, byte[] bytes) {
        Node node = new Node();
        node.now = bytes.clone();
        node.durable = bytes.clone();
        names.put(name, node);
        directories.clear();
        directories.add(Map.copyOf(names));
    }

    public boolean has(String name) {
        return names.containsKey(name);
    }

    public byte[] bytes(String name) {
        return node(name).now.clone();
    }

    /** Possible content of a disk after the cut. */
    public MemoryFiles afterPowerCut(Random random) {
        MemoryFiles after = new MemoryFiles();
        directories
                .get(random.nextInt(directories.size()))
                .forEach((name, node) -> after.put(name, survivors(node, random)));
        return after;
    }

    private static byte[] survivors(Node node, Random random) {
        long most = node.pending.stream().mapToLong(Write::end).max().orElse(0);
        byte[] disk = Arrays.copyOf(node.durable, (int) Math.max(most, node.durable.length));
        int length = node.durable.length;
        int mood = random.nextInt(3);
        for (Write write : node.pending) {
            if (write.bytes() == null) {
                int cut = mood == 0 || random.nextBoolean() ? (int) write.position() : length;
                Arrays.fill(disk, Math.min(cut, length), length, (byte) 0);
                length = cut;
                continue;
            }
            for (int at = 0; at < write.bytes().length; ) {
                int sector = (int) Math.min(SECTOR - (write.position() + at) % SECTOR, write.bytes().length - at);
                if (mood == 0 || (mood == 1 && random.nextBoolean())) {
                    int position = (int) write.position() + at;
                    System.arraycopy(write.bytes(), at, disk, position, sector);
                    length = Math.max(length, position + sector);
                }
                at += sector;
            }
        }
        return Arrays.copyOf(disk, length);
    }

    @Override
    public OptionalLong size(String name) {
        Node node = names.get(name);
        return node == null ? OptionalLong.empty() : OptionalLong.of(node.now.length);
    }

    @Override
    public byte[] read(String name, long position, int length) throws IOException {
        byte[] bytes = existing(name).now;
        if (readsUntilFailure-- == 0) {
            throw new IOException("unreadable");
        }
        if (position + length > bytes.length) {
            throw new IOException(name + " ends before byte " + (position + length));
        }
        return Arrays.copyOfRange(bytes, (int) position, (int) position + length);
    }

    @Override
    public void create(String name) throws IOException {
        step("create " + name);
        names.put(name, new Node());
        directories.add(Map.copyOf(names));
    }

    @Override
    public void write(String name, long position, byte[] bytes) throws IOException {
        Node node = existing(name);
        if (name.equals(unwritable)) {
            throw new IOException("no space left on device");
        }
        boolean cut = isCut("write " + name);
        node.pending.add(new Write(position, bytes.clone()));
        if (position + bytes.length > node.now.length) {
            node.now = Arrays.copyOf(node.now, (int) position + bytes.length);
        }
        System.arraycopy(bytes, 0, node.now, (int) position, bytes.length);
        if (cut) {
            throw new IOException("power cut");
        }
    }

    @Override
    public void truncate(String name, long length) throws IOException {
        step("truncate " + name);
        Node node = existing(name);
        node.pending.add(new Write(length, null));
        node.now = Arrays.copyOf(node.now, (int) length);
    }

    @Override
    public void sync(String name) throws IOException {
        step("sync " + name);
        Node node = existing(name);
        node.durable = node.now.clone();
        node.pending.clear();
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step("rename " + from + " " + to);
        Node node = existing(from);
        names.remove(from);
        names.put(to, node);
        directories.add(Map.copyOf(names));
    }

    @Override
    public void delete(String name) throws IOException {
        step("delete " + name);
        names.remove(name);
        directories.add(Map.copyOf(names));
    }

    @Override
    public void syncDirectory() throws IOException {
        step("sync directory");
        directories.clear();
        directories.add(Map.copyOf(names));
    }

    private Node existing(String name) throws IOException {
        Node node = names.get(name);
        if (node == null) {
            throw new IOException("no " + name);
        }
        return node;
    }

    private Node node(String name) {
        Node node = names.get(name);
        if (node == null) {
            throw new AssertionError("no " + name);
        }
        return node;
    }

    private void step(String what) throws IOException {
        if (isCut(what)) {
            throw new IOException("power cut");
        }
    }

    private boolean isCut(String what) {
        steps.add(what);
        if (stepsUntilCut-- > 0 || failures == 0) {
            return false;
        }
        failures--;
        return true;
    }
}
