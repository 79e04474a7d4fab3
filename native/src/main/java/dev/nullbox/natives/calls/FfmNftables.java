package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.FfmLink.at;
import static dev.nullbox.natives.calls.FfmLink.plainCall;
import static dev.nullbox.natives.calls.FfmLink.unbound;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * libnftables through java.lang.foreign, in jextract's shape: one handle per C function, of its name and C types, called
 * with the address that the loaded library has for it. DescriptorAuditTest holds the handles against libnftables.h.
 */
@SuppressWarnings("MemberName") // the handles have the C functions' names
final class FfmNftables implements NftablesCalls {
    private static final MethodHandle nft_ctx_new = unbound(FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle nft_ctx_free = unbound(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle nft_ctx_buffer_output = unbound(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle nft_ctx_buffer_error = unbound(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle nft_run_cmd_from_buffer =
            unbound(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle nft_ctx_get_output_buffer = unbound(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle nft_ctx_get_error_buffer = unbound(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle nft_ctx_output_set_flags = unbound(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    private static final MethodHandle nft_ctx_set_dry_run = unbound(FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN));

    private final FfmLibrary nftables;

    FfmNftables(FfmLibrary nftables) {
        this.nftables = nftables;
    }

    @Override
    public long ctxNew(int flags) {
        try {
            return ((MemorySegment) nft_ctx_new.invokeExact(nftables.require("nft_ctx_new"), flags)).address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void ctxFree(long ctx) {
        try {
            nft_ctx_free.invokeExact(nftables.require("nft_ctx_free"), at(ctx));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int ctxBufferOutput(long ctx) {
        MemorySegment function = nftables.require("nft_ctx_buffer_output");
        return plainCall(() -> (int) nft_ctx_buffer_output.invokeExact(function, at(ctx)));
    }

    @Override
    public int ctxBufferError(long ctx) {
        MemorySegment function = nftables.require("nft_ctx_buffer_error");
        return plainCall(() -> (int) nft_ctx_buffer_error.invokeExact(function, at(ctx)));
    }

    @Override
    public int runCmdFromBuffer(long ctx, long commands) {
        MemorySegment function = nftables.require("nft_run_cmd_from_buffer");
        return plainCall(() -> (int) nft_run_cmd_from_buffer.invokeExact(function, at(ctx), at(commands)));
    }

    @Override
    public long ctxGetOutputBuffer(long ctx) {
        try {
            return ((MemorySegment) nft_ctx_get_output_buffer.invokeExact(
                            nftables.require("nft_ctx_get_output_buffer"), at(ctx)))
                    .address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public long ctxGetErrorBuffer(long ctx) {
        try {
            return ((MemorySegment)
                            nft_ctx_get_error_buffer.invokeExact(nftables.require("nft_ctx_get_error_buffer"), at(ctx)))
                    .address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void ctxOutputSetFlags(long ctx, int flags) {
        try {
            nft_ctx_output_set_flags.invokeExact(nftables.require("nft_ctx_output_set_flags"), at(ctx), flags);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void ctxSetDryRun(long ctx, boolean dryRun) {
        try {
            nft_ctx_set_dry_run.invokeExact(nftables.require("nft_ctx_set_dry_run"), at(ctx), dryRun);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
