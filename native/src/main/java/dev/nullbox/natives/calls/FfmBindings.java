package dev.nullbox.natives.calls;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Nftables;
import dev.nullbox.natives.Zstd;

/** The java.lang.foreign implementations. Initialised at run time only. */
public final class FfmBindings {
    public static final Libc LIBC = new MarshallingLibc(new FfmLibc(), FfmFrame::new);

    private FfmBindings() {}

    public static Krun krun() {
        FfmLibrary library = FfmLibrary.load(LibraryNames.krun(), KrunCalls.FUNCTIONS, LibraryNames.KRUN_REMEDY);
        library.complete(KrunCalls.FUNCTIONS, LibraryNames.KRUN_REMEDY);
        return new MarshallingKrun(new FfmKrun(library), FfmFrame::new);
    }

    public static Nftables nftables() {
        FfmLibrary library =
                FfmLibrary.load(LibraryNames.nftables(), NftablesCalls.FUNCTIONS, LibraryNames.NFTABLES_REMEDY);
        library.complete(NftablesCalls.FUNCTIONS, LibraryNames.NFTABLES_REMEDY);
        return new MarshallingNftables(new FfmNftables(library), FfmFrame::new);
    }

    public static Zstd zstd() {
        FfmLibrary library = FfmLibrary.load(LibraryNames.zstd(), ZstdCalls.FUNCTIONS, LibraryNames.ZSTD_REMEDY);
        library.complete(ZstdCalls.FUNCTIONS, LibraryNames.ZSTD_REMEDY);
        return new MarshallingZstd(new FfmZstd(library), FfmFrame::new);
    }
}
