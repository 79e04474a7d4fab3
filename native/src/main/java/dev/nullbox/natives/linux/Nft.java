package dev.nullbox.natives.linux;

/** Constants of libnftables(3), by their C names. Source: {@code nftables/libnftables.h}, x86-64. */
public final class Nft {
    public static final int NFT_CTX_OUTPUT_REVERSEDNS = 1;
    public static final int NFT_CTX_OUTPUT_SERVICE = 2;
    public static final int NFT_CTX_OUTPUT_STATELESS = 4;
    public static final int NFT_CTX_OUTPUT_HANDLE = 8;
    public static final int NFT_CTX_OUTPUT_JSON = 16;
    public static final int NFT_CTX_OUTPUT_ECHO = 32;
    public static final int NFT_CTX_OUTPUT_NUMERIC_PROTO = 128;
    public static final int NFT_CTX_OUTPUT_NUMERIC_PRIO = 256;
    public static final int NFT_CTX_OUTPUT_TERSE = 2048;

    private Nft() {}
}
