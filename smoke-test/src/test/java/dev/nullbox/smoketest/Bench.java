package dev.nullbox.smoketest;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Figures from the test image in QEMU, for {@code ./nullbox bench boot}, {@code agent} and {@code guest}. Times are the
 * appliance's own, from the events; they depend on the accelerator and on what else the machine does.
 */
public final class Bench {
    private static final double MB = 1e6;
    private static final int KIB = 1024;
    private static final int RUNS = 3;
    private static final double PID_ONE_MB = 10;
    private static final double SERVICES_MB = 60;
    private static final double SQUASHFS_MB = 60;
    private static final double ISO_MB = 80;
    private static final double RATIO_TO_LIBKRUNFW = 0.72;
    private static final double RATIO_TO_BARE = 1.20;
    private static final String BY_LIBKRUNFW = "krun share /reference - /bin/hello";
    private static final String BY_OUR_KERNEL = "krun own /agents/hello/root.erofs - /bin/hello";

    private Bench() {}

    /**
     * Arguments: {@code boot}, {@code agent} or {@code guest}, and {@code --json} for one JSON object instead of lines. Ends with 1 when a
     * figure passes its bound.
     */
    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Figure> figures = switch (words.isEmpty() ? "" : words.getFirst()) {
            case "boot" -> boot();
            case "agent" -> agent();
            case "guest" -> GuestFigures.measure();
            default -> {
                System.err.println("usage: bench boot|agent|guest [--json]");
                System.exit(2);
                yield List.of();
            }
        };
        if (words.contains("--json")) {
            JsonObject json = new JsonObject();
            figures.forEach(figure -> json.add(figure.name(), figure.json()));
            out.println(json);
        } else {
            figures.forEach(figure -> out.println(figure.line()));
        }
        System.exit(figures.stream().allMatch(Figure::holds) ? 0 : 1);
    }

    private static Appliance start(Path initramfs) throws IOException {
        return Appliance.start(
                Boot.of(new Boot.Medium.Direct(Inputs.kernel(), initramfs, Inputs.chaosRoot()), Inputs.accelerator()));
    }

    /** Times of one boot, in seconds, and the memory of its processes at its end. */
    private record Times(
            double pidOne, double services, double agentLine, double reference, Map<String, Memory> memory) {}

    private static List<Figure> boot() throws IOException, InterruptedException {
        List<Double> leastInit = new ArrayList<>();
        List<Times> boots = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            System.err.printf("    boot %d of %d%n", run + 1, RUNS);
            leastInit.add(leastInit());
            boots.add(oneBoot());
        }
        Map<String, Memory> memory = boots.getLast().memory();
        double services = 0;
        for (String service : List.of("egress", "warden", "ctxgraph", "cage", "gateway")) {
            services += Optional.ofNullable(memory.get(service))
                    .orElseThrow(() -> new IllegalStateException("no process is named " + service))
                    .privateMb();
        }
        List<Figure> figures = new ArrayList<>(List.of(
                Figure.plain("kernel_to_pid1_s", median(boots.stream().map(Times::pidOne)))
                        .beside(median(leastInit.stream()), "the same kernel with a static C program as PID 1"),
                Figure.plain("pid1_to_services_ready_s", median(boots.stream().map(Times::services))),
                Figure.plain("ready_to_agent_line_s", median(boots.stream().map(Times::agentLine)))
                        .beside(
                                median(boots.stream().map(Times::reference)),
                                "the same VM, bare, by a C program in the same boots"),
                Figure.bounded("five_services_private_mb", services, SERVICES_MB),
                Figure.bounded("squashfs_mb", Files.size(Inputs.root()) / MB, SQUASHFS_MB),
                Figure.bounded("iso_mb", Files.size(Inputs.iso()) / MB, ISO_MB)));
        memory.forEach((name, used) -> {
            figures.add(
                    name.equals("nulld")
                            ? Figure.bounded(name + "_private_mb", used.privateMb(), PID_ONE_MB)
                            : Figure.plain(name + "_private_mb", used.privateMb()));
            figures.add(Figure.plain(name + "_rss_mb", used.rssMb()));
        });
        return figures;
    }

    private static Times oneBoot() throws IOException, InterruptedException {
        try (Appliance appliance = start(Inputs.chaosInitramfs())) {
            Event first = appliance.awaitEvent(event -> true, Appliance.LONG, "the first event");
            Event ready = appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            Event line = firstLine(appliance, 0);
            Map<String, Memory> memory = memory(appliance.askChaos("memory", Appliance.SHORT));
            awaitEnd(appliance, 0);
            double pidOne = first.seconds() - Math.max(0, first.number("ms")) / 1000.0;
            return new Times(
                    pidOne,
                    ready.seconds() - pidOne,
                    line.seconds() - ready.seconds(),
                    reference(appliance, BY_OUR_KERNEL).firstLine(),
                    memory);
        }
    }

    /** Seconds from the kernel's start to a PID 1 that does nothing. */
    private static double leastInit() throws IOException, InterruptedException {
        try (Appliance appliance = start(Inputs.leastInit())) {
            return appliance
                    .awaitEvent(event -> event.is("reference.started"), Appliance.LONG, "the reference PID 1")
                    .seconds();
        }
    }

    private static List<Figure> agent() throws IOException, InterruptedException {
        try (Appliance appliance = start(Inputs.chaosInitramfs())) {
            Nullctl nullctl = Nullctl.of(appliance.managementPort());
            awaitEnd(appliance, 0);
            List<Double> asked = new ArrayList<>();
            List<Double> toWalls = new ArrayList<>();
            List<Double> libkrunfw = new ArrayList<>();
            List<Double> bare = new ArrayList<>();
            List<Double> bareToEnter = new ArrayList<>();
            for (int run = 0; run < RUNS; run++) {
                System.err.printf("    start %d of %d%n", run + 1, RUNS);
                int from = appliance.log().size();
                Nullctl.Result result = nullctl.run("start", "hello");
                if (result.code() != 0) {
                    throw appliance.failure("nullctl start hello: " + result.errors());
                }
                Event starting = appliance.awaitEventAfter(
                        from, event -> event.is("agent.starting", "agent", "hello"), Appliance.LONG, "agent.starting");
                Event walls = appliance.awaitEventAfter(
                        from, event -> event.is("agent.walls", "agent", "hello"), Appliance.LONG, "the agent's walls");
                toWalls.add(walls.seconds() - starting.seconds());
                asked.add(firstLine(appliance, from).seconds() - starting.seconds());
                awaitEnd(appliance, from);
                libkrunfw.add(reference(appliance, BY_LIBKRUNFW).firstLine());
                Reference own = reference(appliance, BY_OUR_KERNEL);
                bare.add(own.firstLine());
                bareToEnter.add(own.enter());
            }
            double ours = median(asked.stream());
            double byLibkrunfw = median(libkrunfw.stream());
            double byOurKernel = median(bare.stream());
            return List.of(
                    Figure.plain("agent_start_s", ours)
                            .beside(byOurKernel, "kernel, disks, tap and vsock of an agent's, started by a C program"),
                    Figure.plain("agent_start_to_walls_s", median(toWalls.stream()))
                            .beside(median(bareToEnter.stream()), "the C program's start to krun_start_enter"),
                    Figure.plain("libkrunfw_start_s", byLibkrunfw),
                    Figure.bounded("agent_start_to_libkrunfw_ratio", ours / byLibkrunfw, RATIO_TO_LIBKRUNFW),
                    Figure.bounded("agent_start_to_bare_ratio", ours / byOurKernel, RATIO_TO_BARE));
        }
    }

    private static double median(Stream<Double> values) {
        List<Double> sorted = values.sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static Event firstLine(Appliance appliance, int from) throws InterruptedException {
        return appliance.awaitEventAfter(
                from, event -> event.is("agent.console", "agent", "hello"), Appliance.LONG, "the agent's first line");
    }

    private static void awaitEnd(Appliance appliance, int from) throws InterruptedException {
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "hello"), Appliance.LONG, "the agent's end");
    }

    /** Seconds from the reference starter's start to krun_start_enter and to its guest's first line. */
    private record Reference(double enter, double firstLine) {}

    /** "krun ENTER-MS FIRST-LINE-MS RSS-KIB NAME=MS ... said LAST-LINE" */
    private static Reference reference(Appliance appliance, String order) throws IOException, InterruptedException {
        String answer = appliance.askChaos(order, Appliance.LONG);
        String[] parts = answer.split(" ", -1);
        if (parts.length < 4 || !parts[0].equals("krun") || parts[2].equals("0")) {
            throw appliance.failure("the reference starter did not start the VM: " + answer);
        }
        return new Reference(Integer.parseInt(parts[1]) / 1000.0, Integer.parseInt(parts[2]) / 1000.0);
    }

    /**
     * Memory of a process.
     *
     * @param rssMb its resident pages
     * @param privateMb its resident pages that no other process shares
     */
    record Memory(double rssMb, double privateMb) {}

    /** Parses "memory NAME=RSS/PRIVATE ..." in KiB; the larger one where a name occurs twice. */
    static Map<String, Memory> memory(String answer) {
        Map<String, Memory> memory = new TreeMap<>();
        for (String word : answer.split(" ", -1)) {
            int equals = word.indexOf('=');
            int slash = word.indexOf('/', Math.max(0, equals));
            if (equals > 0 && slash > equals) {
                Memory one = new Memory(
                        (double) KIB * Integer.parseInt(word, equals + 1, slash, 10) / MB,
                        (double) KIB * Integer.parseInt(word, slash + 1, word.length(), 10) / MB);
                memory.merge(word.substring(0, equals), one, (a, b) -> a.privateMb() >= b.privateMb() ? a : b);
            }
        }
        return memory;
    }
}
