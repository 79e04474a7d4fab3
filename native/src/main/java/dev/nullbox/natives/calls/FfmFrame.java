package dev.nullbox.natives.calls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A frame in a confined arena. */
final class FfmFrame extends CFrame {
    private static final long ALIGNMENT = 16;

    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> taken = new ArrayList<>();

    @Override
    long allocate(long bytes) {
        MemorySegment segment = arena.allocate(Math.max(bytes, 1), ALIGNMENT);
        taken.add(segment);
        return segment.address();
    }

    @Override
    void put(long address, byte[] from, int offset, int length) {
        MemorySegment.copy(from, offset, memory(address, length), ValueLayout.JAVA_BYTE, 0, length);
    }

    @Override
    void get(long address, byte[] to, int offset, int length) {
        MemorySegment.copy(memory(address, length), ValueLayout.JAVA_BYTE, 0, to, offset, length);
    }

    @Override
    public void close() {
        for (MemorySegment segment : taken) {
            segment.fill((byte) 0);
        }
        arena.close();
    }

    @SuppressWarnings("restricted") // the address is one that C gave or that this frame gave out
    private static MemorySegment memory(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }
}
