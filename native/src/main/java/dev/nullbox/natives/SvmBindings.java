package dev.nullbox.natives;

/** The SVM C-interface implementations; never loaded on a JVM. Initialised at run time only. */
final class SvmBindings {
    static final Libc LIBC = new MarshallingLibc(new SvmLibc(SvmLibrary.libc()), SvmFrame::new);

    private SvmBindings() {}

    static Krun krun() {
        SvmLibrary library = SvmLibrary.load(LibraryNames.krun(), KrunCalls.FUNCTIONS);
        return new MarshallingKrun(new SvmKrun(library), SvmFrame::new);
    }

    static Nftables nftables() {
        SvmLibrary library = SvmLibrary.load(LibraryNames.nftables(), NftablesCalls.FUNCTIONS)
                .complete(NftablesCalls.FUNCTIONS);
        return new MarshallingNftables(new SvmNftables(library), SvmFrame::new);
    }
}
