package dev.nullbox.smoketest;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Step that a boot must reach, shown by an event; there are 19.
 *
 * @param what the step in words
 * @param event matches the event that shows it
 */
record Checkpoint(String what, Predicate<Event> event) {
    private static final String AGENT = "hello";

    /**
     * Pattern whose group is the kernel that "hello" reports as its own. HelloBoot checks that it is not the
     * appliance's.
     */
    static final Pattern GUEST_KERNEL = Pattern.compile("in a microVM of my own, under Linux (\\S+)$");

    /** All 19, in the order of a boot. */
    static List<Checkpoint> all() {
        return List.of(
                new Checkpoint("the kernel boots", event -> event.is("boot.phase")),
                phase("the virtual file systems are mounted", "virtual-filesystems"),
                new Checkpoint(
                        "the SquashFS root is found",
                        event -> donePhase(event, "find-root")
                                && !event.text("device").isEmpty()),
                phase("the root is the SquashFS", "enter-root"),
                new Checkpoint("nulld is PID 1", event -> event.is("nulld.started", "pid", "1")),
                phase("nulld mounts the file systems", "mounts"),
                starts("egress"),
                ready("egress"),
                starts("ctxgraph"),
                starts("warden"),
                ready("warden"),
                starts("cage"),
                new Checkpoint("KVM is available", event -> event.is("kvm.available")),
                ofAgent("the agent's manifest is loaded", "agent.manifest_loaded", "from", "image"),
                ofAgent("the agent is started by itself", "agent.starting", "reason", "auto"),
                ofAgent("egress was asked to add the agent", "egress.agent_added", "agent", AGENT),
                ofAgent("the agent's egress rules are applied", "egress.applied", "agent", AGENT),
                new Checkpoint(
                        "the agent has booted inside its microVM",
                        event -> event.is("agent.console", "agent", AGENT)
                                && GUEST_KERNEL.matcher(event.text("line")).find()),
                ofAgent("the agent has written to shared memory", "memory.write", "agent", AGENT));
    }

    @Override
    public String toString() {
        return what;
    }

    private static boolean donePhase(Event event, String phase) {
        return event.is("boot.phase", "phase", phase) && event.text("ok").equals("true");
    }

    private static Checkpoint phase(String what, String phase) {
        return new Checkpoint(what, event -> donePhase(event, phase));
    }

    private static Checkpoint starts(String service) {
        return new Checkpoint(service + " starts", event -> event.is("service.starting", "service", service));
    }

    private static Checkpoint ready(String service) {
        return new Checkpoint(service + " is ready", event -> event.is("service.ready", "service", service));
    }

    private static Checkpoint ofAgent(String what, String name, String field, String value) {
        return new Checkpoint(
                what,
                event -> event.is(name, field, value) && event.text("agent").equals(AGENT));
    }
}
