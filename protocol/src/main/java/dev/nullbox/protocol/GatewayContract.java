package dev.nullbox.protocol;

import java.util.List;

/** The management port, and the gateway's events. */
public final class GatewayContract {
    /** TCP port of the appliance. */
    public static final int PORT = 7443;

    public static final Field<String> CLIENT = Field.of("client", FieldType.TEXT, "the operator's name");

    public static final Event LISTENING = Event.of("gateway.listening", "operators can connect", Fields.PORT);
    public static final Event REFUSED = Event.of("gateway.refused", "a handshake failed", Fields.WHY);
    public static final Event CALL =
            Event.of("gateway.call", "an operator called a method", CLIENT, Fields.METHOD, Fields.OK);
    public static final List<Event> EVENTS = List.of(LISTENING, REFUSED, CALL);

    private GatewayContract() {}
}
