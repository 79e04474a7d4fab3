package dev.nullbox.smoketest;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figures from the test image in QEMU, for {@code ./nullbox bench boot} and {@code bench agent}. Times are the
 * appliance's own, from the events; they depend on the accelerator and on what else the machine does.
 */
public final class Bench {
    private static final double MIB = 1 << 20;
    private static final double KIB_PER_MIB = 1024;
    private static final int RUNS = 3;
    private static final String REFERENCE_ORDER = "krun /agents/hello/rootfs /bin/hello";

    private Bench() {}

    /** Arguments: {@code boot} or {@code agent}, and {@code --json} for one JSON object instead of lines. */
    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Figure> figures = switch (words.isEmpty() ? "" : words.getFirst()) {
            case "boot" -> boot();
            case "agent" -> agent();
            default -> {
                System.err.println("usage: bench boot|agent [--json]");
                System.exit(2);
                yield List.of();
            }
        };
        if (words.contains("--json")) {
            out.println(json(figures));
        } else {
            for (Figure figure : figures) {
                out.printf(
                        Locale.ROOT,
                        "%-36s %10.3f   (%s: %.3f)%n",
                        figure.name(),
                        figure.value(),
                        figure.referenceIs(),
                        figure.reference());
            }
        }
        System.exit(0);
    }

    private static Appliance start() throws IOException {
        return Appliance.start(Boot.of(
                new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot()),
                Inputs.accelerator()));
    }

    private static List<Figure> boot() throws IOException, InterruptedException {
        try (Appliance appliance = start()) {
            Event first = appliance.awaitEvent(event -> true, Appliance.LONG, "the first event");
            Event ready = appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            Event line = firstLine(appliance, 0);
            Map<String, Double> memory = privateMib(appliance.askChaos("memory", Appliance.SHORT));
            double services = 0;
            for (String service : List.of("egress", "warden", "ctxgraph", "cage", "gateway")) {
                services += memory.getOrDefault(service, 0.0);
            }
            double pidOne = first.seconds() - Math.max(0, first.number("ms")) / 1000.0;
            List<Figure> figures = new ArrayList<>(List.of(
                    new Figure("kernel_start_to_pid1_s", pidOne, 3.4, "a native PID 1 under TCG, idle machine"),
                    new Figure("pid1_to_services_ready_s", ready.seconds() - pidOne, 5, "promised elsewhere, with KVM"),
                    new Figure("ready_to_agent_line_s", line.seconds() - ready.seconds(), 12, "TCG, idle machine"),
                    new Figure("five_services_private_mib", services, 60, "at most"),
                    new Figure("squashfs_mib", Files.size(Inputs.root()) / MIB, 60, "at most"),
                    new Figure("iso_mib", Files.size(Inputs.iso()) / MIB, 80, "at most")));
            memory.forEach((name, mib) ->
                    figures.add(new Figure(name + "_private_mib", mib, name.equals("nulld") ? 10 : 60, "at most")));
            return figures;
        }
    }

    private static List<Figure> agent() throws IOException, InterruptedException {
        try (Appliance appliance = start()) {
            Nullctl nullctl = Nullctl.of(appliance.managementPort());
            awaitEnd(appliance, 0);
            double asked = 0;
            double reference = 0;
            for (int run = 0; run < RUNS; run++) {
                int from = appliance.log().size();
                Nullctl.Result result = nullctl.run("start", "hello");
                if (result.code() != 0) {
                    throw appliance.failure("nullctl start hello: " + result.errors());
                }
                Event starting = appliance.awaitEventAfter(
                        from, event -> event.is("agent.starting", "agent", "hello"), Appliance.LONG, "agent.starting");
                asked += firstLine(appliance, from).seconds() - starting.seconds();
                awaitEnd(appliance, from);
                reference += referenceSeconds(appliance);
            }
            asked /= RUNS;
            reference /= RUNS;
            return List.of(
                    new Figure(
                            "agent_start_s", asked, reference, "the same VM started by a C program in the same boot"),
                    new Figure("agent_start_ratio", asked / reference, 1.15, "at most"));
        }
    }

    private static Event firstLine(Appliance appliance, int from) throws InterruptedException {
        return appliance.awaitEventAfter(
                from, event -> event.is("agent.console", "agent", "hello"), Appliance.LONG, "the agent's first line");
    }

    private static void awaitEnd(Appliance appliance, int from) throws InterruptedException {
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "hello"), Appliance.LONG, "the agent's end");
    }

    /** "krun ENTER-MS FIRST-LINE-MS RSS-KIB" */
    private static double referenceSeconds(Appliance appliance) throws IOException, InterruptedException {
        String answer = appliance.askChaos(REFERENCE_ORDER, Appliance.LONG);
        String[] parts = answer.split(" ", -1);
        if (parts.length != 4 || !parts[0].equals("krun") || parts[2].equals("0")) {
            throw appliance.failure("the reference starter did not start the VM: " + answer);
        }
        return Integer.parseInt(parts[2]) / 1000.0;
    }

    /** "memory NAME=RSS/PRIVATE ..." in KiB; the largest where there are two of a name. */
    static Map<String, Double> privateMib(String answer) {
        Map<String, Double> memory = new TreeMap<>();
        for (String word : answer.split(" ", -1)) {
            int equals = word.indexOf('=');
            int slash = word.indexOf('/', Math.max(0, equals));
            if (equals > 0 && slash > equals) {
                double mib = Integer.parseInt(word.substring(slash + 1)) / KIB_PER_MIB;
                memory.merge(word.substring(0, equals), mib, Math::max);
            }
        }
        return memory;
    }

    private static JsonObject json(List<Figure> figures) {
        JsonObject object = new JsonObject();
        for (Figure figure : figures) {
            JsonObject one = new JsonObject();
            one.addProperty("value", Figure.rounded(figure.value()));
            one.addProperty("reference", Figure.rounded(figure.reference()));
            one.addProperty("reference_is", figure.referenceIs());
            object.add(figure.name(), one);
        }
        return object;
    }
}
