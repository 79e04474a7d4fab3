package dev.nullbox.natives;

/**
 * Context of libnftables with buffered output. Not safe for use by several threads at once. Source: libnftables(3).
 */
public interface Nftables extends AutoCloseable {
    /**
     * {@code nft_run_cmd_from_buffer}: one atomic transaction. 0 when it was applied, else -1 with {@link
     * #errorBuffer()}.
     */
    int runCmdFromBuffer(String commands);

    /** {@code nft_ctx_get_output_buffer}: what the last command printed. */
    String outputBuffer();

    /** {@code nft_ctx_get_error_buffer}: the errors of the last command. */
    String errorBuffer();

    /** {@code nft_ctx_output_set_flags}: bits of NFT_CTX_OUTPUT_*; JSON is 1 << 4. */
    void outputSetFlags(int flags);

    /** {@code nft_ctx_set_dry_run}: whether commands are checked only, as {@code nft -c} does. */
    void setDryRun(boolean dryRun);

    @Override
    void close();
}
