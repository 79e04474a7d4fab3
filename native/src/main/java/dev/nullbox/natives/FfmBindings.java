package dev.nullbox.natives;

/** The java.lang.foreign implementations. Initialised at run time only. */
final class FfmBindings {
    static final Libc LIBC = new MarshallingLibc(new FfmLibc(), FfmFrame::new);

    private FfmBindings() {}

    static Krun krun() {
        FfmLibrary library = FfmLibrary.load(LibraryNames.krun(), KrunCalls.FUNCTIONS);
        return new MarshallingKrun(new FfmKrun(library), FfmFrame::new);
    }

    static Nftables nftables() {
        FfmLibrary library = FfmLibrary.load(LibraryNames.nftables(), NftablesCalls.FUNCTIONS)
                .complete(NftablesCalls.FUNCTIONS);
        return new MarshallingNftables(new FfmNftables(library), FfmFrame::new);
    }
}
