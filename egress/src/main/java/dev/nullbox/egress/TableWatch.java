package dev.nullbox.egress;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.TerminalText;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Watch of the kernel's table: what another process has changed is mended within a second, and told. While nobody changes
 * it, it costs one small message to the kernel each half second.
 */
final class TableWatch implements KernelTable.Listener, AutoCloseable {
    static final int MOST_DIFFERENCES = 16;
    static final int LONGEST = 240;

    private static final long PERIOD_MILLIS = 500;

    private final EventSink events;
    private final RateLimitedLog log;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("table").daemon().unstarted(task));
    private List<String> failed = List.of();

    TableWatch(EventSink events, RateLimitedLog log) {
        this.events = events;
        this.log = log;
    }

    /** Polls until it is closed. */
    void start(Firewall firewall) {
        var _ = timer.scheduleWithFixedDelay(() -> look(firewall), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(Firewall firewall) {
        try {
            firewall.settle();
        } catch (RpcException refused) {
            log.warn("table", "the packet filter's table cannot be mended: " + refused.getMessage());
        } catch (RuntimeException bug) {
            log.warn("bug", "the packet filter's table is not watched: " + RateLimitedLog.bug(bug));
        }
    }

    @Override
    public synchronized void repaired(List<String> differences) {
        failed = List.of();
        events.emit(
                EgressContract.TABLE_REPAIRED,
                EgressContract.DIFFERENCES.is(shown(differences)),
                EgressContract.DIFFERENCE_COUNT.is((long) differences.size()));
    }

    /** Each failure is one event, however often it is tried again. */
    @Override
    public synchronized void failed(List<String> differences, String why, boolean isClosed) {
        List<String> failure = List.of(why, String.valueOf(isClosed));
        if (!failure.equals(failed)) {
            failed = failure;
            events.emit(
                    EgressContract.REPAIR_FAILED,
                    EgressContract.DIFFERENCES.is(shown(differences)),
                    Fields.REASON.is(TerminalText.line(why)),
                    EgressContract.CUT_OFF.is(isClosed));
        }
    }

    private static List<String> shown(List<String> differences) {
        return differences.stream()
                .limit(MOST_DIFFERENCES)
                .map(TerminalText::line)
                .map(text -> text.length() > LONGEST ? text.substring(0, LONGEST) : text)
                .toList();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
