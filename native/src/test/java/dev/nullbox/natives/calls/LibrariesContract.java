package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.Expect.failed;
import static dev.nullbox.natives.calls.Expect.isTrue;
import static dev.nullbox.natives.calls.Expect.same;
import static dev.nullbox.natives.calls.Expect.value;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.Nftables;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.Zstd;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.KrunFlags;
import dev.nullbox.natives.linux.Nft;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The part of {@link NativeContract} of libnftables and libkrun, where the machine has them. */
final class LibrariesContract {
    private final PrintStream out;

    LibrariesContract(PrintStream out) {
        this.out = out;
    }

    void nftables() {
        Nftables nft;
        try {
            nft = Natives.nftables();
        } catch (MissingSymbolException e) {
            isTrue(System.getenv("NULLBOX_KRUN") == null);
            out.println("      NOT RUN: " + e.getMessage());
            return;
        }
        try (nft) {
            nft.setDryRun(true);
            same(-1, nft.runCmdFromBuffer("add tabel foo"));
            isTrue(nft.errorBuffer().startsWith("Error: syntax error"));
            int listed = nft.runCmdFromBuffer("add table inet nullbox_contract");
            isTrue(listed == 0 || nft.errorBuffer().contains("Operation not permitted"));
            nft.outputSetFlags(Nft.NFT_CTX_OUTPUT_JSON);
            listed = nft.runCmdFromBuffer("list ruleset");
            isTrue(
                    listed == 0
                            ? nft.outputBuffer().startsWith("{\"nftables\":")
                            : nft.errorBuffer().contains("Operation not permitted"));
        }
        try {
            nft.outputBuffer();
        } catch (IllegalStateException closed) {
            return;
        }
        throw new AssertionError("a closed context answered");
    }

    void zstd() {
        Zstd zstd;
        try {
            zstd = Natives.zstd();
        } catch (MissingSymbolException e) {
            isTrue(System.getenv("NULLBOX_KRUN") == null);
            out.println("      NOT RUN: " + e.getMessage());
            return;
        }
        try (zstd) {
            // One raw block of three bytes, as RFC 8878 has it.
            byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x20, 3, 0x19, 0, 0, 'a', 'b', 'c'};
            byte[] output = new byte[8];
            int[] used = new int[2];
            isTrue(zstd.decompressStream(frame, 0, 10, output, 2, 6, used) > 0);
            same(10, used[0]);
            same(0L, zstd.decompressStream(frame, 10, 2, output, 2 + used[1], 6 - used[1], used));
            same(2, used[0]);
            same("abc", new String(output, 2, 3, StandardCharsets.US_ASCII));
            long error = zstd.decompressStream(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, 9, output, 0, 8, used);
            isTrue(error < 0);
            isTrue(zstd.getErrorName(error).contains("Unknown frame"));
        }
        try {
            zstd.decompressStream(new byte[1], 0, 1, new byte[1], 0, 1, new int[2]);
        } catch (IllegalStateException closed) {
            return;
        }
        throw new AssertionError("a closed stream decompressed");
    }

    void krun() throws Exception {
        Krun krun;
        try {
            krun = Natives.krun();
        } catch (MissingSymbolException e) {
            isTrue(System.getenv("NULLBOX_KRUN") == null);
            out.println("      NOT RUN: " + e.getMessage());
            return;
        }
        int ctx = (int) value(krun.createCtx());
        same(0L, value(krun.setVmConfig(ctx, 1, 256)));
        failed(Errno.EINVAL, krun.setVmConfig(ctx, 0, 256));
        krunDevices(krun, ctx);
        same(0L, value(krun.addVsockPort2(ctx, 1024, "/tmp/nullbox-contract.sock", false)));
        same(0L, value(krun.freeCtx(ctx)));
        failed(Errno.ENOENT, krun.freeCtx(ctx));
    }

    /** Each denial has its allowed twin; nothing is opened before the start but the kernel and the initramfs. */
    private void krunDevices(Krun krun, int ctx) throws SyscallException {
        String file = "/proc/self/exe";
        same(0L, value(krun.setKernel(ctx, file, KrunFlags.KRUN_KERNEL_FORMAT_ELF, file, "quiet")));
        same(0L, value(krun.setKernel(ctx, file, KrunFlags.KRUN_KERNEL_FORMAT_ELF, null, null)));
        failed(Errno.EINVAL, krun.setKernel(ctx, file, 99, null, null));
        failed(Errno.EINVAL, krun.setKernel(ctx, file, KrunFlags.KRUN_KERNEL_FORMAT_ELF, "/nowhere/at-all", null));
        same(0L, value(krun.addDisk(ctx, "base", "/nowhere/base.erofs", true)));
        failed(Errno.ENOENT, krun.addDisk(ctx + 1000, "base", "/nowhere/base.erofs", true));
        same(0L, value(krun.setNestedVirt(ctx, false)));
        failed(Errno.EINVAL, krun.setNestedVirt(ctx + 1000, true));
        int taps = (int) value(krun.createCtx());
        byte[] mac = {2, 0, 0, 0, 0, (byte) 0xff};
        int tso = KrunFlags.NET_FEATURE_GUEST_TSO4 | KrunFlags.NET_FEATURE_HOST_TSO4 | KrunFlags.NET_FEATURE_CSUM;
        failed(Errno.EINVAL, krun.addNetTap(taps, "tap0", mac, tso, 0));
        failed(Errno.EINVAL, krun.addNetTap(taps, "tap0", mac, 0, 1));
        same(0L, value(krun.addNetTap(taps, "tap0", mac, tso | KrunFlags.NET_FEATURE_GUEST_CSUM, 0)));
        same(0L, value(krun.freeCtx(taps)));
        try {
            krun.addNetTap(ctx, "tap0", new byte[5], 0, 0);
        } catch (IllegalArgumentException refused) {
            return;
        }
        throw new AssertionError("a mac of 5 bytes was accepted");
    }
}
