package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Dispatcher of a server's calls: checks the caller, and runs the method on a worker thread. */
final class Dispatcher {
    private final Map<String, RpcMethod> methods = new HashMap<>();
    private final RpcObserver observer;

    /** Whether any method is: otherwise no request is decoded on the selector's thread. */
    private final boolean isQuick;

    private final ThreadPoolExecutor workers;

    Dispatcher(String name, List<RpcMethod> methods, RpcLimits limits, RpcObserver observer) {
        for (RpcMethod method : methods) {
            if (this.methods.put(method.name(), method) != null) {
                throw new IllegalArgumentException("method " + method.name() + " is offered twice");
            }
        }
        this.observer = observer;
        this.isQuick = methods.stream().anyMatch(method -> method.quick().isPresent());
        AtomicInteger number = new AtomicInteger();
        this.workers = new ThreadPoolExecutor(
                limits.workers(),
                limits.workers(),
                30,
                TimeUnit.SECONDS,
                // A connection has one call at a time; the other half is for calls that timed out in the queue.
                new ArrayBlockingQueue<>(limits.connections() * 2),
                work -> {
                    Thread thread = new Thread(work, name + "-worker-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs the call on a worker and passes its response on, which is empty for a notification.
     *
     * @return false when the queue is full
     */
    boolean submit(Call call, Consumer<Optional<byte[]>> response) {
        try {
            workers.execute(() -> {
                if (call.begin()) {
                    response.accept(run(call));
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Response of a call; no line for a notification. */
    record Answer(Optional<byte[]> line) {}

    /** Answers a call on the calling thread; empty when a worker must run it. */
    Optional<Answer> answerQuickly(Call call) {
        if (!isQuick || !(call.request() instanceof JsonRpcCodec.Request request)) {
            return Optional.empty();
        }
        RpcMethod method = methods.get(request.method());
        if (method == null || method.quick().isEmpty() || !call.begin()) {
            return Optional.empty();
        }
        try {
            Optional<JsonElement> result =
                    method.quick().get().handle(admitted(call, request, method), request.params());
            if (result.isEmpty()) {
                call.requeue();
            }
            return result.map(found -> new Answer(request.id().map(id -> JsonRpcCodec.encodeResult(id, found))));
        } catch (RpcException e) {
            return Optional.of(new Answer(call.failure(e)));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return Optional.of(new Answer(crashed(call, request, e)));
        }
    }

    void close() {
        workers.shutdownNow();
    }

    private Optional<byte[]> run(Call call) {
        return switch (call.request()) {
            case JsonRpcCodec.Malformed malformed -> call.failure(malformed.error());
            case JsonRpcCodec.Request request -> run(call, request);
        };
    }

    private Optional<byte[]> run(Call call, JsonRpcCodec.Request request) {
        try {
            JsonElement result = handle(call, request);
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return call.failure(e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return crashed(call, request, e);
        }
    }

    private Optional<byte[]> crashed(Call call, JsonRpcCodec.Request request, Throwable bug) {
        observer.crashed(request.method(), bug);
        return call.failure(
                new RpcException(CallReason.BUG, request.method() + " failed: an internal error of the service"));
    }

    private JsonElement handle(Call call, JsonRpcCodec.Request request) throws RpcException {
        RpcMethod method = methods.get(request.method());
        if (method == null) {
            throw new RpcException(CallReason.NO_METHOD, "there is no method of this name", Fields.METHOD.name());
        }
        Caller caller = admitted(call, request, method);
        call.limit(method.deadline());
        return method.handler().handle(caller, request.params());
    }

    /** The caller, if it may call the method; on behalf of whom the request says. */
    private Caller admitted(Call call, JsonRpcCodec.Request request, RpcMethod method) throws RpcException {
        Caller caller = call.caller();
        if (!method.callers().contains(caller.user())) {
            observer.denied(caller, method.name());
            throw new RpcException(CallReason.CALLER, caller.user() + " may not call " + method.name());
        }
        if (request.operator().isPresent() && !caller.user().equals(Audience.GATEWAY)) {
            observer.denied(caller, method.name());
            throw new RpcException(
                    CallReason.OPERATOR,
                    caller.user() + " may not call on behalf of an operator; only the gateway may");
        }
        return caller.onBehalfOf(request.operator());
    }
}
