package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;

/** Something that a guest's tools run, with streams of its own. */
public sealed interface ToolRequest permits ExecRequest, CopyRequest, DialRequest {
    GuestOp op();

    /** As the tools are asked for it. */
    GuestCall.Fields fields(String token);
}
