package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestTag;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * End of an agent as its init reports it. The agent may be root in its guest: the report is untrusted, and the host
 * does not rely on it.
 *
 * @param code the exit code or the signal, for those ends that have one
 * @param text explanation, escaped; may be empty
 */
public record GuestEnd(GuestHow how, int code, String text) {
    /** @throws IOException when the payload of the EXIT frame is malformed */
    static GuestEnd parse(byte[] payload) throws IOException {
        GuestCall.Fields fields = GuestCall.Fields.decode(ByteBuffer.wrap(payload));
        long how = fields.number(GuestTag.HOW);
        GuestHow known =
                GuestHow.of(how).orElseThrow(() -> new IOException("the guest ended in an unknown way, " + how));
        boolean hasCode = known == GuestHow.EXITED || known == GuestHow.SIGNALLED;
        int code = hasCode ? Math.clamp(fields.number(GuestTag.CODE), 0, 255) : 0;
        return new GuestEnd(
                known, code, TerminalText.escaped(fields.text(GuestTag.TEXT).orElse("")));
    }
}
