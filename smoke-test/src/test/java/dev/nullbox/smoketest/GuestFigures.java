package dev.nullbox.smoketest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of guests, for {@code ./nullbox bench guest}, all of one boot: memory at an agent's first line, and files and
 * network of a microVM as agents have it beside one by libkrunfw, virtio-fs and TSI, both on the data partition.
 */
final class GuestFigures {
    private static final String AGENT = "memory";
    private static final int MEMORY_MIB = 256;
    private static final double USED_MIB = 16;
    private static final double OWN_MB = 12;
    private static final double KIB = 1024;
    private static final double MB = 1e6;
    private static final Pattern KIB_OF = Pattern.compile("(\\w+): +(\\d+) kB");

    /** What the reference takes so many times as long for as an agent's microVM, at least. */
    private static final Map<String, Double> LEAST_RATIOS =
            Map.of("small_files", 5.0, "tree_copy", 4.0, "find", 1.7, "tcp_out", 0.7, "tcp_in", 3.0);

    private static final List<String> FILES = List.of("small_files", "tree_copy", "find");
    private static final List<String> NETWORK = List.of("tcp_out", "tcp_in");

    private GuestFigures() {}

    static List<Figure> measure() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("guest-figures");
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addProbe(AGENT, manifest(), "attempts", List.of("memory show /proc/meminfo", "end gone /bin/probe"));
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot());
        try (HelloAppliance hello = HelloAppliance.start(medium, boot -> boot.withDataDisk(disk))) {
            Appliance appliance = hello.appliance();
            appliance.awaitEvent(
                    event -> event.is("agent.exited", "agent", "hello"), Appliance.LONG, "the appliance to be at rest");
            List<Figure> figures = new ArrayList<>(memory(hello));
            System.err.println("    files, by a disk and by virtio-fs");
            figures.addAll(beside(
                    appliance,
                    FILES,
                    reference(appliance, "krun own /reference.erofs /data/krunrun.layer /bin/figures files /work"),
                    reference(
                            appliance,
                            "krun share /reference /data/krunrun.share /bin/figures files /dev/work share")));
            System.err.println("    network, by a tap and by TSI");
            figures.addAll(beside(
                    appliance,
                    NETWORK,
                    reference(appliance, "krun own /reference.erofs - /bin/figures network 10.0.0.1"),
                    reference(appliance, "krun share /reference - /bin/figures network 127.0.0.1")));
            return figures;
        }
    }

    private static String manifest() {
        return """
                [agent]
                name = "%s"
                command = ["/bin/probe"]
                start = "manual"
                restart = "never"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = %d
                [capabilities.network]
                allow = []
                """.formatted(AGENT, MEMORY_MIB);
    }

    /** While the agent waits for what does not come to pass. */
    private static List<Figure> memory(HelloAppliance hello) throws IOException, InterruptedException {
        Appliance appliance = hello.appliance();
        int from = appliance.log().size();
        Nullctl.Result started = hello.nullctl().run("start", AGENT);
        if (started.code() != 0) {
            throw appliance.failure("nullctl start " + AGENT + ": " + started.errors());
        }
        Event shown = appliance.awaitEventAfter(
                from,
                event -> event.is("agent.console", "agent", AGENT)
                        && event.text("line").contains("MemTotal"),
                Appliance.LONG,
                "the guest's memory to be shown");
        Map<String, Double> kib = new TreeMap<>();
        Matcher matcher = KIB_OF.matcher(shown.text("line"));
        while (matcher.find()) {
            kib.put(matcher.group(1), Double.valueOf(matcher.group(2)));
        }
        Map<String, Double> vmm = words(appliance, appliance.askChaos("touched " + AGENT, Appliance.SHORT));
        Nullctl.Result stopped = hello.nullctl().run("stop", AGENT);
        if (stopped.code() != 0) {
            throw appliance.failure("nullctl stop " + AGENT + ": " + stopped.errors());
        }
        return List.of(
                Figure.bounded(
                        "guest_used_at_first_line_mib",
                        (of(appliance, kib, "MemTotal") - of(appliance, kib, "MemAvailable")) / KIB,
                        USED_MIB),
                Figure.plain("guest_touched_mb", of(appliance, vmm, "guest") * KIB / MB),
                Figure.bounded("vmm_private_beyond_guest_mb", of(appliance, vmm, "own") * KIB / MB, OWN_MB));
    }

    private static double of(Appliance appliance, Map<String, Double> values, String name) {
        Double value = values.get(name);
        if (value == null) {
            throw appliance.failure("there is no " + name + " among " + values);
        }
        return value;
    }

    private static List<Figure> beside(
            Appliance appliance, List<String> names, Map<String, Double> ours, Map<String, Double> theirs) {
        List<Figure> figures = new ArrayList<>();
        for (String name : names) {
            double own = of(appliance, ours, name);
            double other = of(appliance, theirs, name);
            figures.add(Figure.plain(name + "_ms", own).beside(other, "libkrunfw, virtio-fs and TSI in the same boot"));
            figures.add(Figure.atLeast(name + "_ratio", other / own, of(appliance, LEAST_RATIOS, name)));
        }
        return figures;
    }

    /** "krun ENTER-MS FIRST-LINE-MS RSS-KIB NAME=MS ... said LAST-LINE" */
    private static Map<String, Double> reference(Appliance appliance, String order)
            throws IOException, InterruptedException {
        String answer = appliance.askChaos(order, Appliance.LONG);
        if (!answer.startsWith("krun ") || !answer.contains("=")) {
            throw appliance.failure("'" + order + "' measured nothing: " + answer);
        }
        return words(appliance, answer);
    }

    private static Map<String, Double> words(Appliance appliance, String answer) {
        Map<String, Double> values = new TreeMap<>();
        for (String word : answer.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                try {
                    values.put(word.substring(0, equals), Double.valueOf(word.substring(equals + 1)));
                } catch (NumberFormatException e) {
                    throw appliance.failure("'" + word + "' is no figure in: " + answer);
                }
            }
        }
        return values;
    }
}
