package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.Io;
import dev.nullbox.nullctl.terminal.Progress;
import dev.nullbox.rpc.RpcException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** One command of {@code nullctl}: runs to its end or throws what the main program gives an exit code. */
@CommandLine.Command
public abstract class Verb implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** Does what the command is for. */
    protected abstract void perform() throws Exception;

    @Override
    public final Integer call() throws Exception {
        perform();
        return 0;
    }

    protected final Session session() {
        if (spec != null && spec.root().userObject() instanceof Session session) {
            return session;
        }
        throw new IllegalStateException("a command runs below nullctl");
    }

    protected final Io io() {
        return session().io();
    }

    protected final PrintWriter out() {
        return session().io().out();
    }

    /** A call that goes through a whole store, with a word now and then on standard error. */
    protected final Answer askLong(ApplianceClient appliance, String method, JsonObject params)
            throws RpcException, CannotConnectException {
        try (Progress _ = Progress.of(method, io().err(), Progress.EVERY)) {
            return Answer.of(method, appliance.call(method, params));
        }
    }

    /** One call on a connection of its own. */
    protected final JsonElement ask(String method, JsonObject params) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session().connect()) {
            return appliance.call(method, params);
        }
    }

    /** One call of a method that takes nothing. */
    protected final JsonElement ask(String method) throws RpcException, CannotConnectException {
        return ask(method, new JsonObject());
    }
}
