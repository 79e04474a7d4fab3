package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestTag;

/** Request for a connection to a TCP port of the guest's loopback address. */
public record DialRequest(int port) implements ToolRequest {
    @Override
    public GuestOp op() {
        return GuestOp.DIAL;
    }

    @Override
    public GuestCall.Fields fields(String token) {
        return new GuestCall.Fields().add(GuestTag.TOKEN, token).add(GuestTag.PORT, port);
    }
}
