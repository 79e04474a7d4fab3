package dev.nullbox.natives.calls;

import java.util.Set;

/** libnftables' functions by their C types: pointers are addresses, 0 being NULL. */
interface NftablesCalls {
    /** The functions of this interface, by their C names: all must be there. */
    Set<String> FUNCTIONS = Set.of(
            "nft_ctx_new",
            "nft_ctx_free",
            "nft_ctx_buffer_output",
            "nft_ctx_buffer_error",
            "nft_run_cmd_from_buffer",
            "nft_ctx_get_output_buffer",
            "nft_ctx_get_error_buffer",
            "nft_ctx_output_set_flags",
            "nft_ctx_set_dry_run");

    /** Flag of {@code nft_ctx_new}; there is no other value. */
    int NFT_CTX_DEFAULT = 0;

    /** The context, 0 when out of memory. */
    long ctxNew(int flags);

    void ctxFree(long ctx);

    int ctxBufferOutput(long ctx);

    int ctxBufferError(long ctx);

    int runCmdFromBuffer(long ctx, long commands);

    /** The address of a string that the context owns. */
    long ctxGetOutputBuffer(long ctx);

    /** The address of a string that the context owns. */
    long ctxGetErrorBuffer(long ctx);

    void ctxOutputSetFlags(long ctx, int flags);

    void ctxSetDryRun(long ctx, boolean dryRun);
}
