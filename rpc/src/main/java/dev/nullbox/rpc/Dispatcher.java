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
    private final ThreadPoolExecutor workers;

    Dispatcher(String name, List<RpcMethod> methods, RpcLimits limits, RpcObserver observer) {
        for (RpcMethod method : methods) {
            if (this.methods.put(method.name(), method) != null) {
                throw new IllegalArgumentException("method " + method.name() + " is offered twice");
            }
        }
        this.observer = observer;
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
            observer.crashed(request.method(), e);
            return call.failure(
                    new RpcException(CallReason.BUG, request.method() + " failed: an internal error of the service"));
        }
    }

    private JsonElement handle(Call call, JsonRpcCodec.Request request) throws RpcException {
        Caller caller = call.caller();
        RpcMethod method = methods.get(request.method());
        if (method == null) {
            throw new RpcException(CallReason.NO_METHOD, "there is no method of this name", Fields.METHOD.name());
        }
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
        call.limit(method.deadline());
        return method.handler().handle(caller.onBehalfOf(request.operator()), request.params());
    }
}
