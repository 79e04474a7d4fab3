package dev.nullbox.natives.calls;

/** libzstd through the SVM C interface, for native images without java.lang.foreign. */
final class SvmZstd implements ZstdCalls {
    private final SvmLibrary zstd;

    SvmZstd(SvmLibrary zstd) {
        this.zstd = zstd;
    }

    @Override
    public long createDStream() {
        return SvmCall.plainCall(zstd.require("ZSTD_createDStream"));
    }

    @Override
    public long freeDStream(long stream) {
        return SvmCall.plainCall(zstd.require("ZSTD_freeDStream"), stream);
    }

    @Override
    public long decompressStream(long stream, long output, long input) {
        return SvmCall.plainCall(zstd.require("ZSTD_decompressStream"), stream, output, input);
    }

    @Override
    public long getErrorName(long code) {
        return SvmCall.plainCall(zstd.require("ZSTD_getErrorName"), code);
    }
}
