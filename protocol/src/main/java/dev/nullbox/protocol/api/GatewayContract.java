package dev.nullbox.protocol.api;

import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Service;

/** The management port, and the gateway's events. */
public final class GatewayContract {
    static final Contract CONTRACT = new Contract(Service.NULLD);

    /** TCP port of the appliance. */
    public static final int PORT = 7443;

    public static final Field<String> CLIENT = Field.of("client", FieldType.TEXT, "the operator's name");

    public static final Event LISTENING =
            CONTRACT.event("gateway.listening", "operators can connect").with(Fields.PORT);
    public static final Event REFUSED =
            CONTRACT.event("gateway.refused", "a handshake failed").with(Fields.WHY);
    public static final Event CALL = CONTRACT.event(
                    "gateway.call",
                    "an operator called a method; those that only look, and chunks of a transfer, are events only"
                            + " when they fail")
            .with(CLIENT, Fields.METHOD, Fields.OK);

    private GatewayContract() {}
}
