package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** One command of {@code nullctl}: runs to its end or throws what {@link NullctlMain} gives an exit code. */
@CommandLine.Command
abstract class Verb implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** Does what the command is for. */
    abstract void perform() throws Exception;

    @Override
    public final Integer call() throws Exception {
        perform();
        return 0;
    }

    final NullctlMain main() {
        if (spec != null && spec.root().userObject() instanceof NullctlMain main) {
            return main;
        }
        throw new IllegalStateException("a command runs below nullctl");
    }

    final Io io() {
        return main().io();
    }

    final PrintWriter out() {
        return main().io().out();
    }

    /** A call that goes through a whole store, with a word now and then on standard error. */
    final Answer askLong(ApplianceClient appliance, String method, JsonObject params)
            throws RpcException, CannotConnectException {
        try (Progress _ = Progress.of(method, io().err(), Progress.EVERY)) {
            return Answer.of(method, appliance.call(method, params));
        }
    }

    /** One call on a connection of its own. */
    final JsonElement ask(String method, JsonObject params) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = main().connect()) {
            return appliance.call(method, params);
        }
    }

    /** One call of a method that takes nothing. */
    final JsonElement ask(String method) throws RpcException, CannotConnectException {
        return ask(method, new JsonObject());
    }

    /** One string parameter. */
    static JsonObject params(String name, String value) {
        JsonObject params = new JsonObject();
        params.addProperty(name, value);
        return params;
    }
}
