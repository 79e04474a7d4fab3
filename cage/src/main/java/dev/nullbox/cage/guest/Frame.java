package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.FrameKind;
import java.util.Arrays;

/**
 * One frame of the guest protocol.
 *
 * @param payload the bytes themselves, not a copy: whoever has the frame wipes them where they hold a secret
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer that is passed on and wiped, never compared
record Frame(FrameKind kind, byte[] payload) {
    void wipe() {
        Arrays.fill(payload, (byte) 0);
    }

    /** Without the payload, which may be a secret. */
    @Override
    public String toString() {
        return kind + " of " + payload.length + " bytes";
    }
}
