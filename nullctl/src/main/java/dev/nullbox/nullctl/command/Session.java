package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.Io;

/** What every command works with: the operator's terminal, and a way to the appliance. */
public interface Session {
    Io io();

    /** A connection for calls one after another. */
    ApplianceClient connect() throws CannotConnectException;
}
