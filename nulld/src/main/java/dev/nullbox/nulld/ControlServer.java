package dev.nullbox.nulld;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nulld.boot.Boot;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.shutdown.Power;
import dev.nullbox.nulld.supervise.ServiceEvent;
import dev.nullbox.nulld.supervise.ServiceState;
import dev.nullbox.protocol.Version;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * PID 1's control socket. Its threads never touch the services: each call becomes work in PID 1's queue and waits for the
 * answer, so a client that says nothing holds up nobody.
 */
final class ControlServer implements AutoCloseable {
    private static final Set<String> CALLERS = Set.of("root", "gateway");
    private static final int CONNECTIONS = 64;
    /** Callers that may wait for log records at once, each with a worker of its own. */
    private static final int LOG_WAITERS = 4;
    /** One more may wait for a moment, so that it does not ask again at once; the rest are for all other calls. */
    private static final int WORKERS = LOG_WAITERS + 1 + 2;

    private static final long MOMENT_MILLIS = 250;

    private static final int MAX_RECORDS = 500;
    private static final long MAX_WAIT_MILLIS = 10_000;
    private static final long ANSWER_SECONDS = 5;

    private final Nulld nulld;
    private final Journal journal;
    private final Clock clock;
    private final Semaphore logWaiters = new Semaphore(LOG_WAITERS);
    private final Semaphore momentaryWaiters = new Semaphore(1);
    private Optional<RpcServer> server = Optional.empty();

    private ControlServer(Nulld nulld, Journal journal, Clock clock) {
        this.nulld = nulld;
        this.journal = journal;
        this.clock = clock;
    }

    /** Listens at the path. */
    static ControlServer listen(Path socket, Nulld nulld, Journal journal, Clock clock) throws IOException {
        ControlServer control = new ControlServer(nulld, journal, clock);
        RpcLimits limits = new RpcLimits(CONNECTIONS, WORKERS, Duration.ofSeconds(30), Duration.ofSeconds(20));
        control.server = Optional.of(RpcServer.listen(socket, control.methods(), limits));
        return control;
    }

    @Override
    public void close() {
        server.ifPresent(RpcServer::close);
    }

    private List<RpcMethod> methods() {
        return List.of(
                method("nulld.status", params -> onMain(this::status)),
                method("nulld.shutdown", params -> power(Power.POWER_OFF)),
                method("nulld.reboot", params -> power(Power.REBOOT)),
                new RpcMethod("nulld.service.start", CALLERS, (c, p) -> service(p, new ServiceEvent.StartAsked())),
                new RpcMethod("nulld.service.stop", CALLERS, (c, p) -> service(p, new ServiceEvent.StopAsked())),
                new RpcMethod("nulld.service.restart", CALLERS, (c, p) -> service(p, new ServiceEvent.RestartAsked())),
                new RpcMethod("nulld.logs", CALLERS, (c, p) -> logs(p)));
    }

    private interface Answer {
        JsonElement get(JsonObject params) throws RpcException;
    }

    /** A method without parameters. */
    private static RpcMethod method(String name, Answer answer) {
        return new RpcMethod(name, CALLERS, (caller, params) -> {
            new Params(params).done();
            return answer.get(params);
        });
    }

    private JsonElement power(Power power) {
        nulld.post(new NulldEvent.PowerAsked(power, "nulld." + (power == Power.REBOOT ? "reboot" : "shutdown")));
        return new JsonObject();
    }

    private JsonElement status() {
        JsonObject status = new JsonObject();
        status.addProperty("uptime_s", clock.millis() / 1000);
        Optional<String> reason = nulld.degraded().reason();
        String state = nulld.isEnding()
                ? "stopping"
                : reason.isPresent() ? "degraded" : nulld.supervisor().allReady() ? "ready" : "starting";
        status.addProperty("state", state);
        reason.ifPresent(why -> status.addProperty("reason", why));
        status.addProperty("kernel", Boot.kernel(Path.of("/proc")));
        status.addProperty("version", Version.TEXT);
        status.add("services", nulld.supervisor().describe());
        return status;
    }

    private JsonElement service(JsonObject raw, ServiceEvent event) throws RpcException {
        Params params = new Params(raw);
        String name = params.string("name");
        params.done();
        CompletableFuture<Optional<RpcException>> refused = new CompletableFuture<>();
        JsonElement answer = onMain(() -> {
            refused.complete(refusal(name));
            if (refused.join().isEmpty()) {
                nulld.supervisor().happened(name, event);
            }
            JsonObject state = new JsonObject();
            state.addProperty("name", name);
            state.addProperty(
                    "state",
                    nulld.supervisor().state(name).map(ServiceState::label).orElse("unknown"));
            return state;
        });
        Optional<RpcException> refusal = refused.join();
        if (refusal.isPresent()) {
            throw refusal.orElseThrow();
        }
        return answer;
    }

    private Optional<RpcException> refusal(String name) {
        Optional<ServiceState> state = nulld.supervisor().state(name);
        if (state.isEmpty()) {
            return Optional.of(
                    new RpcException(RpcException.Code.NOT_FOUND, "NO_SERVICE", "there is no service " + name, "name"));
        }
        if (state.orElseThrow() instanceof ServiceState.Disabled(var why)) {
            return Optional.of(new RpcException(
                    RpcException.Code.CONFLICT, "SERVICE_DISABLED", name + " is not started in this boot: " + why));
        }
        if (nulld.isEnding()) {
            return Optional.of(
                    new RpcException(RpcException.Code.CONFLICT, "STOPPING", "the appliance is on its way down"));
        }
        return Optional.empty();
    }

    private JsonElement logs(JsonObject raw) throws RpcException {
        Params params = new Params(raw);
        long after = params.optionalInteger("after", 0, Long.MAX_VALUE, 0);
        int records = Math.toIntExact(params.optionalInteger("max", 1, MAX_RECORDS, MAX_RECORDS));
        long wait = params.optionalInteger("wait_ms", 0, MAX_WAIT_MILLIS, 0);
        Optional<String> source = params.optionalString("source");
        params.done();
        if (wait > 0 && logWaiters.tryAcquire()) {
            return logs(after, records, source, wait, logWaiters);
        }
        if (wait > 0 && momentaryWaiters.tryAcquire()) {
            return logs(after, records, source, Math.min(wait, MOMENT_MILLIS), momentaryWaiters);
        }
        return journal.read(after, records, source.orElse(null), 0);
    }

    private JsonElement logs(long after, int records, Optional<String> source, long wait, Semaphore held) {
        try {
            return journal.read(after, records, source.orElse(null), wait);
        } finally {
            held.release();
        }
    }

    /** Runs on PID 1's own thread, and waits for it. */
    private JsonElement onMain(Supplier<JsonElement> work) throws RpcException {
        CompletableFuture<JsonElement> answer = new CompletableFuture<>();
        nulld.post(new NulldEvent.Work(() -> {
            try {
                answer.complete(work.get());
            } catch (RuntimeException e) { // a fault in an answer is the caller's news, and not the end of the machine
                journal.text("nulld", "a bug in a control call: " + e);
                answer.completeExceptionally(e);
            }
        }));
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RpcException(RpcException.Code.TIMEOUT, "NULLD_BUSY", "PID 1 did not answer; ask again");
        } catch (ExecutionException e) {
            throw new RpcException(RpcException.Code.INTERNAL, "NULLD_BUG", "PID 1 failed; see nullctl logs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(RpcException.Code.UNAVAILABLE, "STOPPING", "the appliance is on its way down");
        }
    }
}
