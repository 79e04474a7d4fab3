package dev.nullbox.smoketest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** All events of one boot in order, and the means to wait for one. Safe for use by several threads. */
final class EventLog {
    private final List<Event> events = new ArrayList<>();
    private boolean ended;

    /** Adds one and wakes the waiting threads. */
    synchronized void add(Event event) {
        events.add(event);
        notifyAll();
    }

    /** Ends the log: no event comes any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Number of events: a position to wait from. */
    synchronized int size() {
        return events.size();
    }

    /** A copy of all so far. */
    synchronized List<Event> all() {
        return List.copyOf(events);
    }

    /** The first match at or after a position. */
    synchronized Optional<Event> find(int from, Predicate<Event> wanted) {
        return events.stream().skip(from).filter(wanted).findFirst();
    }

    /** Waits for the first match at or after a position; empty at the timeout or when the boot has ended. */
    synchronized Optional<Event> await(int from, Predicate<Event> wanted, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        int next = from;
        while (true) {
            for (; next < events.size(); next++) {
                if (wanted.test(events.get(next))) {
                    return Optional.of(events.get(next));
                }
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (ended || left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
    }

    /** The last phase and the last event of each service and agent, for the report of a failure. */
    synchronized String summary() {
        Map<String, String> last = new LinkedHashMap<>();
        for (Event event : events) {
            if (event.is("boot.phase") || event.is("shutdown.phase")) {
                last.put("phase", event.text("phase") + (event.text("ok").equals("false") ? " FAILED" : ""));
            } else if (event.name().startsWith("service.")) {
                last.put("service " + event.text("service"), event.name().substring("service.".length()));
            } else if (event.name().startsWith("agent.") && !event.is("agent.console")) {
                last.put("agent " + event.text("agent"), event.name().substring("agent.".length()));
            } else if (event.name().startsWith("appliance.")) {
                last.put("appliance", event.name().substring("appliance.".length()) + " " + event.text("reason"));
            }
        }
        StringBuilder text = new StringBuilder();
        last.forEach((what, state) ->
                text.append("  ").append(what).append(": ").append(state).append('\n'));
        return text.isEmpty() ? "  no event at all\n" : text.toString();
    }
}
