package dev.nullbox.protocol.guest;

/** Words of {@link GuestOp#COPY}. */
public final class GuestCopy {
    /** The agent's files become an archive, at standard output. */
    public static final String OUT = "out";
    /** An archive of one root, at standard input, is put to the place as cp(1) would. */
    public static final String IN = "in";
    /** Any archive is unpacked in a directory. */
    public static final String UNPACK = "unpack";
    /** Files get the archive's numbers of user and group in place of 0. */
    public static final String KEEP_OWNER = "keep-owner";

    private GuestCopy() {}
}
