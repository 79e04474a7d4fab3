package dev.nullbox.protocol.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Frame of the guest protocol.
 *
 * @param payload the bytes themselves, not a copy: the frame's last user wipes them where they hold a secret
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer that is passed on and wiped, never compared
public record Frame(FrameKind kind, byte[] payload) {
    /**
     * Header of a frame; the payload follows it.
     *
     * @param length bytes of the payload
     */
    public record Header(FrameKind kind, int length) {
        /** The frame as on the wire. */
        public ByteBuffer encode() {
            return ByteBuffer.allocate(GuestProtocol.HEADER_BYTES)
                    .putInt(length)
                    .put((byte) kind.number())
                    .flip();
        }

        /**
         * Parses a header.
         *
         * @throws IOException when the bytes are no header
         */
        public static Header parse(ByteBuffer bytes) throws IOException {
            int length = bytes.getInt(0);
            int kind = bytes.get(Integer.BYTES) & 0xff;
            if (length < 0 || length > GuestProtocol.MAX_PAYLOAD) {
                throw new IOException("the other side sent a frame of " + Integer.toUnsignedString(length)
                        + " bytes; the longest has " + GuestProtocol.MAX_PAYLOAD);
            }
            return new Header(
                    FrameKind.of(kind)
                            .orElseThrow(() -> new IOException("the other side sent a frame of unknown kind " + kind)),
                    length);
        }
    }

    public Header header() {
        return new Header(kind, payload.length);
    }

    /** A frame that holds one number, in 4 bytes. */
    public static Frame of(FrameKind kind, int number) {
        return new Frame(kind, ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }

    /**
     * The number in the payload.
     *
     * @throws IOException when it is not one number of 4 bytes, and not negative
     */
    public int number() throws IOException {
        if (payload.length != Integer.BYTES || payload[0] < 0) {
            throw new IOException("the other side sent " + this + " in place of a number");
        }
        return ByteBuffer.wrap(payload).getInt();
    }

    /** A frame of a terminal's size. */
    public static Frame ofSize(int rows, int columns) {
        return new Frame(
                FrameKind.RESIZE,
                ByteBuffer.allocate(2 * Short.BYTES)
                        .putShort((short) rows)
                        .putShort((short) columns)
                        .array());
    }

    public void wipe() {
        Arrays.fill(payload, (byte) 0);
    }

    /** Kind and length; the payload may be a secret. */
    @Override
    public String toString() {
        return kind + " of " + payload.length + " bytes";
    }
}
