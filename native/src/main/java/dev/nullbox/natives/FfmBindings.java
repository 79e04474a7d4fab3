package dev.nullbox.natives;

/** The java.lang.foreign implementations. Initialised at run time only. */
final class FfmBindings {
    static final Libc LIBC = new MarshallingLibc(new FfmLibc(), FfmFrame::new);

    private FfmBindings() {}
}
