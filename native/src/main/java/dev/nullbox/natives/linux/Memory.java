package dev.nullbox.natives.linux;

/** Constants of mmap(2), mprotect(2) and madvise(2), by their C names. Source: {@code sys/mman.h}. */
public final class Memory {
    public static final int PROT_EXEC = 0x4;
    public static final int MADV_DONTNEED = 4;

    private Memory() {}
}
