package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.Streams;

/** Environment of every command: the operator's streams, and connections to the appliance. */
public interface Session {
    Streams io();

    /** A connection for calls one after another. */
    ApplianceClient connect() throws CannotConnectException;
}
