package dev.nullbox.natives.calls;

import java.util.Set;

/** libzstd's functions by their C types: pointers are addresses, 0 being NULL; size_t is a long, an error being negative. */
interface ZstdCalls {
    /** The functions of this interface, by their C names: all must be there. */
    Set<String> FUNCTIONS =
            Set.of("ZSTD_createDStream", "ZSTD_freeDStream", "ZSTD_decompressStream", "ZSTD_getErrorName");

    /** The stream, 0 when out of memory. */
    long createDStream();

    long freeDStream(long stream);

    /** Both buffers are struct ZSTD_outBuffer and ZSTD_inBuffer: address, size, position. */
    long decompressStream(long stream, long output, long input);

    /** The address of a string that the library owns. */
    long getErrorName(long code);
}
