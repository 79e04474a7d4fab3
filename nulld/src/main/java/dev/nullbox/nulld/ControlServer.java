package dev.nullbox.nulld;

import dev.nullbox.nulld.boot.Boot;
import dev.nullbox.nulld.boot.GatewayFiles;
import dev.nullbox.nulld.disk.DiskRefusedException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Hardware;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.shutdown.Power;
import dev.nullbox.nulld.supervise.ServiceEvent;
import dev.nullbox.nulld.supervise.ServiceState;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Version;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.NulldReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * PID 1's control socket. Its threads never touch the services: each call becomes work in PID 1's queue and waits for
 * the result, so that a silent client blocks nothing else.
 */
final class ControlServer implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    /** Callers that may wait for log records or the end of work at once, each with a worker of its own. */
    private static final int WAITERS = 4;
    /**
     * One waiter more than that is answered after a moment, so that it does not poll at once; two further workers are
     * for all other calls.
     */
    private static final int WORKERS = WAITERS + 1 + 2;

    private static final long MOMENT_MILLIS = 250;
    private static final long ANSWER_SECONDS = 5;

    private final Nulld nulld;
    private final Journal journal;
    private final Clock clock;
    private final Semaphore waiters = new Semaphore(WAITERS);
    private final Semaphore momentaryWaiters = new Semaphore(1);
    private final RpcServer server;

    /** Listens at the path. */
    ControlServer(Path socket, Nulld nulld, Journal journal, Clock clock) throws IOException {
        this.nulld = nulld;
        this.journal = journal;
        this.clock = clock;
        RpcLimits limits = new RpcLimits(CONNECTIONS, WORKERS, Duration.ofSeconds(30), Duration.ofSeconds(20));
        server = RpcServer.listen(
                socket,
                List.of(
                        RpcMethod.of(NulldContract.STATUS, (caller, request) -> onMain(this::status)),
                        RpcMethod.of(NulldContract.HARDWARE, (caller, request) -> hardware(Path.of("/"))),
                        RpcMethod.of(NulldContract.DISK_LIST, (caller, request) -> disks()),
                        RpcMethod.of(
                                NulldContract.DISK_INSTALL,
                                (caller, request) -> diskWork(() -> nulld.disks()
                                        .install(request.get(NulldContract.DISK), GatewayFiles.setup(nulld.layout())))),
                        RpcMethod.of(
                                NulldContract.DISK_FORMAT,
                                (caller, request) ->
                                        diskWork(() -> nulld.disks().format(request.get(NulldContract.DISK)))),
                        RpcMethod.of(
                                NulldContract.DISK_WORK, (caller, request) -> waiting(request, this::diskProgress)),
                        power(NulldContract.SHUTDOWN, Power.POWER_OFF),
                        power(NulldContract.REBOOT, Power.REBOOT),
                        service(NulldContract.SERVICE_START, new ServiceEvent.StartRequested()),
                        service(NulldContract.SERVICE_STOP, new ServiceEvent.StopRequested()),
                        service(NulldContract.SERVICE_RESTART, new ServiceEvent.RestartRequested()),
                        RpcMethod.of(
                                NulldContract.LOGS,
                                (caller, request) -> waiting(request, wait -> logs(request, wait)))),
                limits);
    }

    @Override
    public void close() {
        server.close();
    }

    private RpcMethod power(Method<Message> method, Power power) {
        return RpcMethod.of(method, (caller, request) -> {
            nulld.post(new NulldEvent.PowerRequested(power, method.name()));
            return Message.of();
        });
    }

    private Message status() {
        Optional<String> reason = nulld.degraded().reason();
        String state = nulld.isEnding()
                ? "stopping"
                : reason.isPresent() ? "degraded" : nulld.supervisor().allReady() ? "ready" : "starting";
        return Message.of(NulldContract.UPTIME_S.is(clock.millis() / 1000), Fields.STATE.is(state))
                .and(Fields.REASON, reason)
                .and(
                        NulldContract.KERNEL.is(Boot.kernel(Path.of("/proc"))),
                        NulldContract.VERSION.is(Version.TEXT),
                        NulldContract.DATA.is(nulld.stateOn()),
                        NulldContract.SERVICES.is(nulld.supervisor().describe()));
    }

    /** Devices of the machine: files of the kernel's, which no state of PID 1's is in. */
    private static Message hardware(Path root) {
        return Message.of(NulldContract.DEVICES.is(Hardware.all(root).stream()
                .map(device -> Message.of(
                                NulldContract.KIND.is(device.kind()),
                                NulldContract.ID.is(device.id()),
                                NulldContract.BUS.is(device.bus()),
                                NulldContract.SLOT.is(device.slot()))
                        .and(NulldContract.DRIVER, device.driver()))
                .toList()));
    }

    private Message disks() {
        return Message.of(NulldContract.DISKS.is(nulld.disks().disks().all().stream()
                .map(disk -> Message.of(
                                Fields.NAME.is(disk.device().name()),
                                NulldContract.SIZE.is(disk.device().bytes()),
                                NulldContract.MODEL.is(disk.model()))
                        .and(NulldContract.USE, disk.use())
                        .and(
                                NulldContract.IS_MEDIUM.is(disk.isMedium()),
                                NulldContract.PARTITIONS.is(disk.partitions().stream()
                                        .map(one -> Message.of(
                                                Fields.NAME.is(one.name()),
                                                NulldContract.SIZE.is(one.bytes()),
                                                NulldContract.LABEL.is(one.partitionLabel())))
                                        .toList())))
                .toList()));
    }

    private static Message diskWork(Callable<Long> begin) throws RpcException {
        try {
            return Message.of(NulldContract.TOTAL.is(begin.call()));
        } catch (DiskRefusedException e) {
            throw new RpcException(e.reason(), e.problem(), NulldContract.DISK.name());
        } catch (Exception e) { // as the certificates in use, which could not be read
            throw new RpcException(NulldReason.NULLD_BUG, "PID 1 failed: " + e);
        }
    }

    private Message diskProgress(long wait) throws RpcException {
        try {
            return nulld.disks().progress(Duration.ofMillis(wait));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(ErrorKind.UNAVAILABLE, NulldReason.STOPPING, "the appliance is shutting down", "");
        }
    }

    private RpcMethod service(Method<Message> method, ServiceEvent event) {
        return RpcMethod.of(method, (caller, request) -> onMain(() -> service(request.get(Fields.NAME), event)));
    }

    private Message service(String name, ServiceEvent event) throws RpcException {
        if (state(name) instanceof ServiceState.Disabled(var why)) {
            throw new RpcException(NulldReason.SERVICE_DISABLED, name + " is not started in this boot: " + why);
        }
        if (nulld.isEnding()) {
            throw new RpcException(NulldReason.STOPPING, "the appliance is shutting down");
        }
        nulld.supervisor().handle(name, event);
        return Message.of(Fields.NAME.is(name), Fields.STATE.is(state(name).label()));
    }

    private ServiceState state(String name) throws RpcException {
        return nulld.supervisor()
                .state(name)
                .orElseThrow(() ->
                        new RpcException(NulldReason.NO_SERVICE, "there is no service " + name, Fields.NAME.name()));
    }

    private Message logs(Message request, long wait) {
        return journal.read(
                request.get(NulldContract.AFTER),
                request.getInt(NulldContract.MAX),
                request.find(NulldContract.SOURCE),
                wait);
    }

    /** Answer that may be waited for. */
    @FunctionalInterface
    private interface Waiting {
        Message after(long waitMillis) throws RpcException;
    }

    /** Waits as the request asks, or a moment where too many wait already. */
    private Message waiting(Message request, Waiting answer) throws RpcException {
        long wait = request.get(NulldContract.WAIT_MS);
        Semaphore waiters = this.waiters;
        if (wait > 0 && !waiters.tryAcquire()) {
            waiters = momentaryWaiters;
            wait = waiters.tryAcquire() ? Math.min(wait, MOMENT_MILLIS) : 0;
        }
        try {
            return answer.after(wait);
        } finally {
            if (wait > 0) {
                waiters.release();
            }
        }
    }

    /** Runs the work on PID 1's own thread, and waits for it. */
    private Message onMain(Callable<Message> work) throws RpcException {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        nulld.post(new NulldEvent.Work(() -> {
            try {
                answer.complete(work.call());
            } catch (Exception e) { // a bug in an answer is an error for its caller, and must not end PID 1
                if (!(e instanceof RpcException)) {
                    journal.text("nulld", "a bug in a control call: " + e);
                }
                answer.completeExceptionally(e);
            }
        }));
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RpcException(NulldReason.NULLD_BUSY, "PID 1 did not answer; ask again");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RpcException refusal
                    ? refusal
                    : new RpcException(NulldReason.NULLD_BUG, "PID 1 failed; see nullctl logs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(ErrorKind.UNAVAILABLE, NulldReason.STOPPING, "the appliance is shutting down", "");
        }
    }
}
