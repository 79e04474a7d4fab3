package dev.nullbox.natives.calls;

import dev.nullbox.natives.Nftables;

/** {@link Nftables} over either way of calling C: owns one context. */
final class MarshallingNftables implements Nftables {
    private final NftablesCalls calls;
    private final CFrame.Source memory;
    private long ctx;

    /**
     * A context with buffered output.
     *
     * @throws OutOfMemoryError when memory is exhausted
     */
    MarshallingNftables(NftablesCalls calls, CFrame.Source memory) {
        this.calls = calls;
        this.memory = memory;
        ctx = calls.ctxNew(NftablesCalls.NFT_CTX_DEFAULT);
        if (ctx == 0) {
            throw new OutOfMemoryError("nft_ctx_new");
        }
        if (calls.ctxBufferOutput(ctx) != 0 || calls.ctxBufferError(ctx) != 0) {
            close();
            throw new OutOfMemoryError("nft_ctx_buffer_output");
        }
    }

    @Override
    public int runCmdFromBuffer(String commands) {
        try (CFrame frame = memory.open()) {
            return calls.runCmdFromBuffer(context(), frame.string(commands));
        }
    }

    @Override
    public String outputBuffer() {
        try (CFrame frame = memory.open()) {
            return frame.stringAt(calls.ctxGetOutputBuffer(context()));
        }
    }

    @Override
    public String errorBuffer() {
        try (CFrame frame = memory.open()) {
            return frame.stringAt(calls.ctxGetErrorBuffer(context()));
        }
    }

    @Override
    public void outputSetFlags(int flags) {
        calls.ctxOutputSetFlags(context(), flags);
    }

    @Override
    public void setDryRun(boolean dryRun) {
        calls.ctxSetDryRun(context(), dryRun);
    }

    @Override
    public void close() {
        if (ctx != 0) {
            calls.ctxFree(ctx);
            ctx = 0;
        }
    }

    private long context() {
        if (ctx == 0) {
            throw new IllegalStateException("the nftables context is closed");
        }
        return ctx;
    }
}
