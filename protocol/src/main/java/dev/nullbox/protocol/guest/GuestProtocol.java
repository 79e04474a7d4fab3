package dev.nullbox.protocol.guest;

/** Constants of the guest protocol that belong to no enum. Source: vsock(7) for the addresses. */
public final class GuestProtocol {
    /** The only version; each side says its own in its hello. */
    public static final int PROTOCOL_VERSION = 1;

    /** The vsock port of the host that the guest dials. */
    public static final int VSOCK_PORT = 7000;

    /** The longest payload of a frame, in bytes. */
    public static final int MAX_PAYLOAD = 262_144;

    /** A frame's length (4 bytes, big-endian, of the payload) and its kind (1 byte). */
    public static final int HEADER_BYTES = 5;

    /** All frames of a configuration together, in bytes. */
    public static final int MAX_CONFIGURATION = 8 << 20;

    /** Window of one direction of a program's streams: most bytes that were sent and not yet taken. */
    public static final int STREAM_WINDOW = 131_072;

    /** Programs that run beside an agent at once. */
    public static final int MAX_STREAMS = 128;

    private GuestProtocol() {}
}
