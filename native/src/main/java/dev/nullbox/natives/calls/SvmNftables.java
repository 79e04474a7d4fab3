package dev.nullbox.natives.calls;

/** libnftables through the SVM C interface, for native images without java.lang.foreign. */
final class SvmNftables implements NftablesCalls {
    private final SvmLibrary nftables;

    SvmNftables(SvmLibrary nftables) {
        this.nftables = nftables;
    }

    @Override
    public long ctxNew(int flags) {
        return SvmCall.plainCall(nftables.require("nft_ctx_new"), flags);
    }

    @Override
    public void ctxFree(long ctx) {
        SvmCall.plainCall(nftables.require("nft_ctx_free"), ctx);
    }

    @Override
    public int ctxBufferOutput(long ctx) {
        return (int) SvmCall.plainCall(nftables.require("nft_ctx_buffer_output"), ctx);
    }

    @Override
    public int ctxBufferError(long ctx) {
        return (int) SvmCall.plainCall(nftables.require("nft_ctx_buffer_error"), ctx);
    }

    @Override
    public int runCmdFromBuffer(long ctx, long commands) {
        return (int) SvmCall.plainCall(nftables.require("nft_run_cmd_from_buffer"), ctx, commands);
    }

    @Override
    public long ctxGetOutputBuffer(long ctx) {
        return SvmCall.plainCall(nftables.require("nft_ctx_get_output_buffer"), ctx);
    }

    @Override
    public long ctxGetErrorBuffer(long ctx) {
        return SvmCall.plainCall(nftables.require("nft_ctx_get_error_buffer"), ctx);
    }

    @Override
    public void ctxOutputSetFlags(long ctx, int flags) {
        SvmCall.plainCall(nftables.require("nft_ctx_output_set_flags"), ctx, flags);
    }

    @Override
    public void ctxSetDryRun(long ctx, boolean dryRun) {
        SvmCall.plainCall(nftables.require("nft_ctx_set_dry_run"), ctx, dryRun ? 1 : 0);
    }
}
