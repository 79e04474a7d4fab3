package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.Progress;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.rpc.RpcException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Base of all commands: the operator's streams, calls of the appliance, {@code --help}. */
@Command(scope = ScopeType.INHERIT, mixinStandardHelpOptions = true)
public abstract class CommandContext {
    @Spec
    private @Nullable CommandSpec spec;

    protected final Session session() {
        if (spec != null && spec.root().userObject() instanceof Session session) {
            return session;
        }
        throw new IllegalStateException("a command runs below nullctl");
    }

    protected final Streams streams() {
        return session().io();
    }

    protected final PrintWriter out() {
        return streams().out();
    }

    /** A method's result, by a connection of its own. */
    protected final <R> R call(Method<R> method, Value<?>... params) throws RpcException, CannotConnectException {
        return call(method, Message.of(params));
    }

    /** A method's result, by a connection of its own. */
    protected final <R> R call(Method<R> method, Message params) throws RpcException, CannotConnectException {
        return ApplianceClient.decode(method, ask(method, params));
    }

    /** A method's result as received, by a connection of its own. */
    protected final JsonElement ask(Method<?> method, Value<?>... params) throws RpcException, CannotConnectException {
        return ask(method, Message.of(params));
    }

    /** A method's result as received, by a connection of its own. */
    protected final JsonElement ask(Method<?> method, Message params) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session().connect()) {
            return appliance.ask(method, params);
        }
    }

    /** Makes a call that reads a whole store, with a line on standard error at intervals. */
    protected final Message callLong(ApplianceClient appliance, Method<Message> method, Message params)
            throws RpcException, CannotConnectException {
        try (Progress _ = Progress.of(method.name(), streams().err(), Progress.EVERY)) {
            return appliance.call(method, params);
        }
    }
}
