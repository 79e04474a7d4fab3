package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For {@code ./nullbox test long}: the exit codes of agents, cage's own among them. */
final class ExitCodesVmLong {
    private static final List<Integer> CODES = IntStream.concat(IntStream.of(0, 1, 255), IntStream.rangeClosed(64, 72))
            .boxed()
            .toList();

    @Test
    void anAgentMayExitWithAnyCode(@TempDir Path directory) throws Exception {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        for (int code : CODES) {
            agents.addBusybox("code-" + code, DebianAgentVmIT.shell("code-" + code, "exit " + code, "never", ""));
        }
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root());
        try (Appliance appliance =
                Appliance.start(Boot.of(medium, Inputs.accelerator()).withDataDisk(disk))) {
            appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            for (int code : CODES) {
                String agent = "code-" + code;
                int from = appliance.log().size();
                Nullctl.Result started = Nullctl.of(appliance.managementPort()).run("start", agent);
                assertThat(started.code()).as(started.errors()).isZero();
                Event end = appliance.awaitEventAfter(
                        from, event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end");
                assertThat(end.text("how")).isEqualTo("exited");
                assertThat(end.number("code")).isEqualTo(code);
            }
        }
    }
}
