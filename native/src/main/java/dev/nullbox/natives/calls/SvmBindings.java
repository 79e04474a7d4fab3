package dev.nullbox.natives.calls;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Nftables;
import dev.nullbox.natives.Zstd;

/** The SVM C-interface implementations; never loaded on a JVM. Initialised at run time only. */
public final class SvmBindings {
    public static final Libc LIBC = new MarshallingLibc(new SvmLibc(SvmLibrary.libc()), SvmFrame::new);

    private SvmBindings() {}

    public static Krun krun() {
        SvmLibrary library = SvmLibrary.load(LibraryNames.krun(), KrunCalls.FUNCTIONS, LibraryNames.KRUN_REMEDY);
        library.complete(KrunCalls.FUNCTIONS, LibraryNames.KRUN_REMEDY);
        return new MarshallingKrun(new SvmKrun(library), SvmFrame::new);
    }

    public static Nftables nftables() {
        SvmLibrary library =
                SvmLibrary.load(LibraryNames.nftables(), NftablesCalls.FUNCTIONS, LibraryNames.NFTABLES_REMEDY);
        library.complete(NftablesCalls.FUNCTIONS, LibraryNames.NFTABLES_REMEDY);
        return new MarshallingNftables(new SvmNftables(library), SvmFrame::new);
    }

    public static Zstd zstd() {
        SvmLibrary library = SvmLibrary.load(LibraryNames.zstd(), ZstdCalls.FUNCTIONS, LibraryNames.ZSTD_REMEDY);
        library.complete(ZstdCalls.FUNCTIONS, LibraryNames.ZSTD_REMEDY);
        return new MarshallingZstd(new SvmZstd(library), SvmFrame::new);
    }
}
