package dev.nullbox.cage;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.agent.ConsoleLines;
import dev.nullbox.manifest.Problem;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcException.Code;
import dev.nullbox.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The methods {@code agent.list}, {@code agent.start} and {@code agent.stop}. */
final class CageService {
    private static final Set<String> CALLERS = Set.of("root", "gateway");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final List<CatalogEntry> entries;
    private final Map<String, AgentRunner> runners;

    CageService(List<CatalogEntry> entries, Map<String, AgentRunner> runners) {
        this.entries = entries;
        this.runners = runners;
    }

    List<RpcMethod> methods() {
        return List.of(
                new RpcMethod("agent.list", CALLERS, (caller, params) -> list(new Params(params))),
                new RpcMethod("agent.start", CALLERS, (caller, params) -> start(new Params(params))),
                new RpcMethod("agent.stop", CALLERS, (caller, params) -> stop(new Params(params))));
    }

    private JsonElement list(Params params) throws RpcException {
        params.done();
        JsonArray list = new JsonArray();
        for (CatalogEntry entry : entries) {
            list.add(
                    switch (entry) {
                        case CatalogEntry.Refused refused -> refused(refused);
                        case CatalogEntry.Accepted accepted -> accepted(accepted);
                    });
        }
        return list;
    }

    private static JsonObject refused(CatalogEntry.Refused entry) {
        JsonObject json = new JsonObject();
        json.addProperty("agent", entry.name());
        json.addProperty("state", "refused");
        json.addProperty("from", entry.from().key());
        json.addProperty("restarts", 0);
        json.add("problems", problems(entry.problems()));
        return json;
    }

    /** As events and answers show them: the remedy stands in the text. */
    static JsonArray problems(List<Problem> problems) {
        JsonArray array = new JsonArray();
        for (Problem problem : problems) {
            JsonObject json = new JsonObject();
            json.addProperty("field", problem.fieldPath());
            json.addProperty("problem", problem.problem() + "; " + problem.remedy());
            array.add(json);
        }
        return array;
    }

    private JsonObject accepted(CatalogEntry.Accepted entry) {
        JsonObject json = new JsonObject();
        json.addProperty("agent", entry.name());
        json.addProperty("from", entry.from().key());
        json.addProperty("start", entry.manifest().agent().start().key());
        AgentRunner runner = runners.get(entry.name());
        if (runner != null) {
            describe(json, runner.snapshot());
        }
        return json;
    }

    private static void describe(JsonObject json, AgentRunner.Snapshot now) {
        json.addProperty("state", now.phase().key());
        json.addProperty("restarts", now.restarts());
        if (now.run() > 0) {
            json.addProperty("run", now.run());
        }
        if (now.pid() > 0) {
            json.addProperty("pid", now.pid());
        }
        now.exit().ifPresent(ending -> {
            JsonObject exit = new JsonObject();
            exit.addProperty(ending.signal() == 0 ? "code" : "signal", Math.max(ending.code(), ending.signal()));
            json.add("exit", exit);
        });
        if (!now.why().isEmpty()) {
            json.addProperty("why", now.why());
        }
    }

    private JsonElement start(Params params) throws RpcException {
        AgentRunner runner = runner(params);
        if (!answer(runner.start("operator"))) {
            throw new RpcException(
                    Code.CONFLICT, "AGENT_RUNS", runner.agent().name() + " runs already; stop it first", "agent");
        }
        return state(runner);
    }

    private JsonElement stop(Params params) throws RpcException {
        AgentRunner runner = runner(params);
        if (!answer(runner.stop())) {
            throw new RpcException(
                    Code.CONFLICT, "AGENT_STOPPED", runner.agent().name() + " does not run", "agent");
        }
        try {
            if (!runner.awaitIdle(LONGEST_WAIT)) {
                throw new RpcException(
                        Code.TIMEOUT, "AGENT_STOP", runner.agent().name() + " does not end", "agent");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(Code.UNAVAILABLE, "CAGE_STOPS", "cage is stopping");
        }
        return state(runner);
    }

    private static JsonObject state(AgentRunner runner) {
        JsonObject json = new JsonObject();
        json.addProperty("agent", runner.agent().name());
        describe(json, runner.snapshot());
        return json;
    }

    private static boolean answer(CompletableFuture<Boolean> taken) throws RpcException {
        try {
            return taken.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RpcException(Code.TIMEOUT, "AGENT_BUSY", "the agent is still starting or stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(Code.UNAVAILABLE, "CAGE_STOPS", "cage is stopping");
        }
    }

    private AgentRunner runner(Params params) throws RpcException {
        String name = params.string("agent");
        params.done();
        AgentRunner runner = runners.get(name);
        if (runner != null) {
            return runner;
        }
        for (CatalogEntry entry : entries) {
            if (entry.name().equals(name) && entry instanceof CatalogEntry.Refused refused) {
                throw new RpcException(
                        Code.CONFLICT,
                        "AGENT_REFUSED",
                        name + " is refused: " + refused.problems().getFirst(),
                        "agent");
            }
        }
        throw new RpcException(
                Code.NOT_FOUND, "AGENT_UNKNOWN", "there is no agent " + ConsoleLines.escaped(name), "agent");
    }
}
