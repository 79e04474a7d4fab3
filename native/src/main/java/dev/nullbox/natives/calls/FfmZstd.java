package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.FfmLink.at;
import static dev.nullbox.natives.calls.FfmLink.unbound;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * libzstd through java.lang.foreign, in jextract's shape: one handle per C function, of its name and C types, called with
 * the address that the loaded library has for it. DescriptorAuditTest holds the handles against zstd.h.
 */
@SuppressWarnings("MemberName") // the handles have the C functions' names
final class FfmZstd implements ZstdCalls {
    private static final MethodHandle ZSTD_createDStream = unbound(FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle ZSTD_freeDStream = unbound(FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle ZSTD_decompressStream =
            unbound(FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle ZSTD_getErrorName = unbound(FunctionDescriptor.of(ADDRESS, JAVA_LONG));

    private final FfmLibrary zstd;

    FfmZstd(FfmLibrary zstd) {
        this.zstd = zstd;
    }

    @Override
    public long createDStream() {
        try {
            return ((MemorySegment) ZSTD_createDStream.invokeExact(zstd.require("ZSTD_createDStream"))).address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long freeDStream(long stream) {
        try {
            return (long) ZSTD_freeDStream.invokeExact(zstd.require("ZSTD_freeDStream"), at(stream));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long decompressStream(long stream, long output, long input) {
        try {
            return (long) ZSTD_decompressStream.invokeExact(
                    zstd.require("ZSTD_decompressStream"), at(stream), at(output), at(input));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long getErrorName(long code) {
        try {
            return ((MemorySegment) ZSTD_getErrorName.invokeExact(zstd.require("ZSTD_getErrorName"), code)).address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
