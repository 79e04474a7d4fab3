package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.nulld.disk.DiskWork;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.nulld.linux.Watchdog;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.LogCollector;
import dev.nullbox.nulld.shutdown.Power;
import dev.nullbox.nulld.shutdown.Shutdown;
import dev.nullbox.nulld.supervise.Reaper;
import dev.nullbox.nulld.supervise.ServiceEvent;
import dev.nullbox.nulld.supervise.ServiceState;
import dev.nullbox.nulld.supervise.Spawner;
import dev.nullbox.nulld.supervise.Supervisor;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.Service;
import dev.nullbox.service.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * PID 1 over its services: one queue of events, one thread that handles them, and deadlines in between. Invariant: that
 * thread never waits for a client, a service or a device.
 */
final class Nulld {
    /** Time for all services together to stop. */
    static final long STOP_ALL_MILLIS = 60_000;

    private static final long LONGEST_WAIT_MILLIS = 60_000;
    private static final Path ROUTES = Path.of("/proc/net/fib_trie");

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;
    private final Degraded degraded;
    private final Layout layout;
    private final PowerSignals signals;
    private final Watchdog watchdog;
    private final DiskWork disks;
    private final LinkedBlockingQueue<NulldEvent> queue = new LinkedBlockingQueue<>();
    private final Reaper reaper;
    private final Supervisor supervisor;
    private final Shutdown shutdown;
    private final PortNotice notice;
    private Optional<Power> ending = Optional.empty();
    private long endingLimit = Long.MAX_VALUE;
    private boolean starved;

    Nulld(
            Libc libc,
            Clock clock,
            Journal journal,
            Degraded degraded,
            Layout layout,
            PowerSignals signals,
            Watchdog watchdog,
            DiskWork disks)
            throws BootException {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
        this.degraded = degraded;
        this.layout = layout;
        this.signals = signals;
        this.watchdog = watchdog;
        this.disks = disks;
        this.reaper = new Reaper(libc, (pid, status) -> queue.add(new NulldEvent.ChildEnded(pid, status)));
        this.shutdown = new Shutdown(libc, clock, journal, reaper);
        this.notice = new PortNotice(clock, journal, ROUTES, layout.agentNetwork());
        LogCollector collector = collector();
        Spawner spawner = new Spawner(
                libc,
                layout,
                collector,
                (service, pid, sign) -> queue.add(new NulldEvent.ServiceSaid(service, pid, sign)));
        this.supervisor = new Supervisor(clock, journal, degraded, layout.cgroups(), spec -> {
            ChildProcess process = spawner.spawn(spec);
            reaper.spawned();
            return process;
        });
        collector.start(this::threadDied);
    }

    /** Puts an event into the queue: from any thread. */
    void post(NulldEvent event) {
        queue.add(event);
    }

    /** The services: from PID 1's own thread only. */
    Supervisor supervisor() {
        return supervisor;
    }

    /** Reasons for a degraded appliance: from PID 1's own thread only. */
    Degraded degraded() {
        return degraded;
    }

    /** The file system of the state, for messages. */
    String stateOn() {
        return layout.stateOn();
    }

    /** Disks and the work on them: from any thread. */
    DiskWork disks() {
        return disks;
    }

    /** The paths. */
    Layout layout() {
        return layout;
    }

    /** Tells whether the end of the machine was requested: from PID 1's own thread only. */
    boolean isEnding() {
        return ending.isPresent();
    }

    /** Serves until the end of the machine is requested, and ends it; returns only when the kernel refuses that. */
    void run() {
        signals.to(this::post);
        reaper.start(this::threadDied);
        Optional<ControlServer> control = control();
        try {
            while (!done()) {
                supervisor.tick();
                feedWatchdog();
                notice.tick(
                        !isEnding() && supervisor.state(Audience.GATEWAY).orElse(null) instanceof ServiceState.Ready);
                NulldEvent event = queue.poll(waitMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    handle(event);
                }
            }
        } catch (InterruptedException e) {
            journal.text("nulld", "PID 1 was interrupted; ending");
        }
        control.ifPresent(ControlServer::close);
        shutdown.run(ending.orElse(Power.REBOOT), layout.unmounts(), watchdog);
    }

    /** Handles the death of a thread that PID 1 needs: it ends PID 1's own, and with it the machine. */
    private void threadDied(Thread thread, Throwable bug) {
        post(new NulldEvent.Work(() -> {
            throw new IllegalStateException("the thread " + thread.getName() + " died", bug);
        }));
    }

    private LogCollector collector() throws BootException {
        try {
            return new LogCollector(libc, journal);
        } catch (SyscallException e) {
            throw new BootException(
                    "cannot read the output of services: " + e.getMessage(), "give the machine more memory");
        }
    }

    private Optional<ControlServer> control() {
        try {
            return Optional.of(
                    new ControlServer(layout.run().resolve(Service.NULLD.socketName()), this, journal, clock));
        } catch (IOException e) {
            degraded.add("control", "no control socket: " + e.getMessage());
            return Optional.empty();
        }
    }

    private long waitMillis() {
        long due = Math.min(Math.min(supervisor.nextDeadline(), notice.due()), Math.min(watchdog.due(), endingLimit))
                - clock.millis();
        return clock.toReal(Math.clamp(due, 0, LONGEST_WAIT_MILLIS)) + 1;
    }

    private void handle(NulldEvent event) {
        switch (event) {
            case NulldEvent.ChildEnded(var pid, var status) -> supervisor.ended(pid, status);
            case NulldEvent.ServiceSaid(var service, var pid, var sign) ->
                supervisor.handle(
                        service,
                        switch (sign) {
                            case READY -> new ServiceEvent.ReadyNotified(pid);
                            case ALIVE -> new ServiceEvent.Heartbeat(pid);
                        });
            case NulldEvent.PowerRequested(var power, var by) -> end(power, by);
            case NulldEvent.Work(var work) -> work.run();
        }
    }

    /**
     * Feeds the watchdog when due. A service without a heartbeat is started anew; one that then does not even end is the
     * kernel's fault, and only a restart of the machine helps.
     */
    private void feedWatchdog() {
        if (clock.millis() < watchdog.due()) {
            return;
        }
        Optional<String> hung = supervisor.hung();
        if (hung.isEmpty()) {
            watchdog.feed();
            return;
        }
        watchdog.skip();
        if (!starved) {
            starved = true;
            journal.text(
                    "nulld", hung.orElseThrow() + " hangs in the kernel and does not end: the watchdog is fed no more");
        }
    }

    private void end(Power power, String by) {
        if (ending.isPresent()) {
            return;
        }
        journal.text("nulld", power.phase() + " requested by " + by);
        ending = Optional.of(power);
        endingLimit = clock.millis() + STOP_ALL_MILLIS;
        shutdown.phase("services");
        supervisor.stopAll();
    }

    private boolean done() {
        if (ending.isEmpty()) {
            return false;
        }
        if (clock.millis() >= endingLimit) {
            journal.text("nulld", "services did not stop within " + STOP_ALL_MILLIS / 1000 + " s; going on without");
            return true;
        }
        return supervisor.allDown();
    }
}
