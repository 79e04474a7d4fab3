package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * For {@code ./nullbox test long}: a VMM that is killed while its guest writes, again and again. Layer and volume mount
 * each time, and hold what was synced.
 */
final class KilledVmmVmLong {
    private static final int KILLS = 50;
    private static final int LONGEST_MS = 2_000;
    private static final Pattern SYNCED = Pattern.compile("synced ([0-9]+)");
    private static final Pattern FOUND = Pattern.compile("found ([0-9]+) (good|damaged)");

    /** A number and 256 KiB made of it, the last twenty of them on both disks; one is told once it is on both. */
    private static final String WRITER = """
            n=0
            [ ! -f /kept/last ] || n=$(cat /kept/last)
            state=good
            i=$((n > 18 ? n - 18 : 1))
            while [ $i -le $n ]; do
              for place in /kept /root/kept; do
                yes $i | head -c 262144 | cmp - $place/$((i % 20)) || state=damaged
              done
              i=$((i + 1))
            done
            [ $n = 0 ] || [ $(cat /root/kept/last) -ge $n ] || state=damaged
            mkdir -p /root/kept
            echo found $n $state
            while :; do
              n=$((n + 1))
              for place in /root/kept /kept; do
                yes $n | head -c 262144 > $place/$((n % 20))
                sync
                echo $n > $place/new
                sync
                mv $place/new $place/last
              done
              sync
              echo synced $n
            done""";

    private static final String MANIFEST = """
            [agent]
            name = "writer"
            command = ["/bin/sh", "-c", '''%s''']
            start = "manual"
            restart = "never"
            [capabilities]
            max_cpu_percent = 100
            max_memory_mb = 128
            [capabilities.filesystem]
            root = "persistent"
            max_mb = 64
            volume_mb = 64
            write = ["/kept"]
            """.formatted(WRITER);

    @Test
    @Timeout(value = 40, unit = TimeUnit.MINUTES)
    void whatWasSyncedOutlivesTheVmm(@TempDir Path directory) throws Exception {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addBusybox("writer", MANIFEST);
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot());
        Random random = new Random(KILLS);
        try (Appliance appliance =
                Appliance.start(Boot.of(medium, Inputs.accelerator()).withDataDisk(disk))) {
            appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            long synced = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                int from = start(appliance);
                assertThat(found(appliance, from)).isGreaterThanOrEqualTo(synced);
                line(appliance, from, SYNCED);
                Thread.sleep(random.nextInt(LONGEST_MS));
                assertThat(appliance.askChaos("kill vmm", Appliance.SHORT)).startsWith("killed vmm ");
                Event end = appliance.awaitEventAfter(
                        from, event -> event.is("agent.exited", "agent", "writer"), Appliance.LONG, "the VMM to end");
                assertThat(end.text("how")).isEqualTo("crash");
                synced = lastSynced(appliance.agentLines("writer"));
            }
            assertThat(found(appliance, start(appliance))).isGreaterThanOrEqualTo(synced);
            System.out.println("synced " + synced + " times, killed " + KILLS + " times");
        }
    }

    private static int start(Appliance appliance) throws Exception {
        int from = appliance.log().size();
        Nullctl.Result started = Nullctl.of(appliance.managementPort()).run("start", "writer");
        assertThat(started.code()).as(started.errors()).isZero();
        return from;
    }

    private static long found(Appliance appliance, int from) throws InterruptedException {
        Matcher found = line(appliance, from, FOUND);
        assertThat(found.group(2)).as(found.group()).isEqualTo("good");
        return Long.parseLong(found.group(1));
    }

    private static Matcher line(Appliance appliance, int from, Pattern pattern) throws InterruptedException {
        Event event = appliance.awaitEventAfter(
                from,
                line -> line.is("agent.console", "agent", "writer")
                        && pattern.matcher(line.text("line")).matches(),
                Appliance.LONG,
                "the writer to say " + pattern);
        Matcher matcher = pattern.matcher(event.text("line"));
        assertThat(matcher.matches()).isTrue();
        return matcher;
    }

    private static long lastSynced(List<String> lines) {
        return lines.stream()
                .map(SYNCED::matcher)
                .filter(Matcher::matches)
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .max()
                .orElse(0);
    }
}
