package dev.nullbox.natives.calls;

import java.util.Arrays;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordFactory;

/** A frame in malloc's memory: malloc aligns to 16. */
final class SvmFrame extends CFrame {
    private long[] addresses = new long[8];
    private long[] sizes = new long[8];
    private int count;

    @Override
    long allocate(long bytes) {
        long size = Math.max(bytes, 1);
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, count * 2);
            sizes = Arrays.copyOf(sizes, count * 2);
        }
        Pointer memory = UnmanagedMemory.calloc(WordFactory.unsigned(size));
        addresses[count] = memory.rawValue();
        sizes[count] = size;
        count++;
        return memory.rawValue();
    }

    @Override
    void put(long address, byte[] from, int offset, int length) {
        Pointer memory = WordFactory.pointer(address);
        for (int i = 0; i < length; i++) {
            memory.writeByte(i, from[offset + i]);
        }
    }

    @Override
    void get(long address, byte[] to, int offset, int length) {
        Pointer memory = WordFactory.pointer(address);
        for (int i = 0; i < length; i++) {
            to[offset + i] = memory.readByte(i);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < count; i++) {
            Pointer memory = WordFactory.pointer(addresses[i]);
            for (long at = 0; at < sizes[i]; at++) {
                memory.writeByte(WordFactory.signed(at), (byte) 0);
            }
            UnmanagedMemory.free(memory);
        }
        count = 0;
    }
}
