package dev.nullbox.nullctl.command.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another AGENT.toml for an agent, as the operator gives it. */
class AgentApplyCommandTest extends NullctlTestCase {
    private static final String MANIFEST = "[agent]\nname = \"coder\"\ncommand = [\"/bin/coder\"]\n";

    private final FakeStore store = new FakeStore();

    @TempDir
    private Path directory = Path.of("");

    AgentApplyCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve(RpcMethod apply) throws Exception {
        List<RpcMethod> methods = new ArrayList<>(store.methods(appliance()));
        methods.add(apply);
        appliance().serve("cage", methods);
    }

    private String file(String text) throws Exception {
        return Files.writeString(directory.resolve("AGENT.toml"), text).toString();
    }

    @Test
    void whatIsInForceAndWhatWaitsIsSaid() throws Exception {
        serve(appliance()
                .method(
                        "agent.apply",
                        _ -> json("{\"agent\":\"coder\",\"version\":4,\"in_force\":[\"capabilities.network.allow\"],"
                                + "\"at_next_start\":[\"agent.command\"]}")));
        assertThat(run("agent", "apply", file(MANIFEST), "--accept-growth", "0123456789abcdef"))
                .isZero();
        assertThat(out()).isEqualTo("""
                        coder version 4
                          in force:      capabilities.network.allow
                          at next start: agent.command
                          to start it anew: nullctl restart coder
                        """);
        assertThat(asked("agent.apply"))
                .containsExactly(json("{\"agent\":\"coder\",\"manifest\":\"t1\",\"manifest_sha256\":\""
                        + Sha256.hex(MANIFEST.getBytes(StandardCharsets.UTF_8))
                        + "\",\"accept_growth\":\"0123456789abcdef\"}"));
        assertThat(store.sent("t1")).asString(StandardCharsets.UTF_8).isEqualTo(MANIFEST);
    }

    @Test
    void nothingThatDiffersIsSaidToo() throws Exception {
        serve(appliance()
                .method(
                        "agent.apply",
                        _ -> json("{\"agent\":\"coder\",\"version\":4,\"in_force\":[],\"at_next_start\":[]}")));
        assertThat(run("agent", "apply", file(MANIFEST))).isZero();
        assertThat(out()).isEqualTo("coder version 4: nothing differs\n");
    }

    @Test
    void growthAndFaultsAreRefused() throws Exception {
        serve(appliance().method("agent.apply", _ -> {
            throw new RpcException(
                    AgentReason.AGENT_GROWTH, "coder would be allowed more\n--accept-growth 0123", "accept_growth");
        }));
        assertThat(run("agent", "apply", file(MANIFEST))).isEqualTo(1);
        assertThat(err()).contains("AGENT_GROWTH", "--accept-growth 0123");
        assertThat(run("agent", "apply", file("[agent]\nname = \"coder\"\nrestart = \"often\"\n")))
                .isEqualTo(2);
        assertThat(err()).contains("agent.restart");
        assertThat(run("agent", "apply", "/no/file")).isEqualTo(2);
        assertThat(err()).contains("cannot read /no/file");
        assertThat(asked("agent.apply")).hasSize(1);
    }
}
