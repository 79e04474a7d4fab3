package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.disk.RunDisks;
import dev.nullbox.cage.guest.GuestConfiguration;
import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.cage.jail.VmConfig.Disk;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.guest.GuestRoot;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GuestSetupTest {
    private static Manifest manifest(String more) {
        return switch (ManifestReader.read(
                "[agent]\nname = \"an_agent\"\ncommand = [\"/bin/a\", \"--\", \"\"]\n" + more)) {
            case ManifestResult.Valid(Manifest manifest) -> manifest;
            case ManifestResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    private static GuestConfiguration configuration(String more) {
        return GuestSetup.configuration(run(more, Optional.empty()), List.of(), List.of(), Optional.empty());
    }

    private static RunSpec run(String more, Optional<TaskRequest> task) {
        CatalogEntry.Accepted agent = new CatalogEntry.Accepted(
                "an_agent", CatalogEntry.Source.STORE, manifest(more), "", Path.of("/root"), List.of("/bin/a"));
        return new RunSpec(agent, new AgentSlot(AgentNetwork.DEFAULT, 3), 7, new RunStreams(Optional.empty()), task);
    }

    /** The memory's address had a path once: what a client appended to it led nowhere. */
    @Test
    void addressesInTheEnvironmentAreBases() {
        assertThat(configuration("[capabilities]\ncredential_refs = [{ name = \"KEY\", deliver = \"fetch\" }]\n")
                        .env())
                .containsExactly(
                        "NULLBOX_AGENT=an_agent",
                        "NULLBOX_API_URL=http://10.221.3.1:7301",
                        "NULLBOX_MEMORY_URL=http://10.221.3.1:7300",
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @Test
    void aHostNameHasNoUnderscoreAndWordsStayAsTheyAre() {
        GuestConfiguration guest = configuration("");
        assertThat(guest.setup().hostname()).isEqualTo("an-agent");
        assertThat(guest.words()).containsExactly("/bin/a", "--", "");
        assertThat(guest.setup().root()).isEqualTo(GuestRoot.EPHEMERAL);
        assertThat(guest.setup().machineId()).matches("[0-9a-f]{32}");
        assertThat(guest.setup().stopMillis()).isEqualTo(10_000);
        assertThat(guest.setup().pids()).isEqualTo(4_096);
    }

    @Test
    void secretsOfTheGateArePlaceholdersAndAnAuthority() {
        RunSpec run = run("""
                [agent.env]
                SSL_CERT_FILE = "/opt/own.pem"
                [capabilities.network]
                allow = [{ host = "api.example.com", secret = "KEY", as = "bearer", prefix = "sk-" },
                    { host = "git.example.com", secret = "GIT", as = "basic", env = "GIT_PASSWORD" },
                    { host = "b.example.com", secret = "KEY", as = "bearer", prefix = "sk-" }]
                """, Optional.empty());
        GateSecrets gate = GateSecrets.of(run).orElseThrow();
        GuestConfiguration configuration = GuestSetup.configuration(run, List.of(), List.of(), Optional.of(gate));
        String env = String.join("\n", configuration.env());
        assertThat(env)
                .containsPattern("(?m)^KEY=sk-[A-Za-z0-9]{36}$")
                .containsPattern("(?m)^GIT_PASSWORD=[A-Za-z0-9]{36}$")
                .contains(
                        "\nSSL_CERT_FILE=/run/nullbox/ca-certificates.crt",
                        "GIT_SSL_CAINFO=/run/nullbox/ca-certificates.crt\n");
        assertThat(configuration.trust())
                .contains(new GuestConfiguration.Trust(
                        "/run/nullbox/ca-certificates.crt",
                        Optional.of("/opt/own.pem"),
                        gate.authority().pem()));
        assertThat(GateSecrets.of(run).orElseThrow().placeholders())
                .doesNotContainValue(gate.placeholders().get("KEY"));
        assertThat(gate.opening(7, run.agent().manifest()).get(EgressContract.OPENED))
                .extracting(one -> one.get(EgressContract.ENTRY) + " " + one.get(EgressContract.SECRET) + " "
                        + one.get(EgressContract.AS))
                .containsExactly(
                        "api.example.com:443 KEY bearer",
                        "git.example.com:443 GIT basic",
                        "b.example.com:443 KEY bearer");
        assertThat(gate.toString()).doesNotContain(gate.placeholders().get("KEY"));
        assertThat(GateSecrets.of(run("", Optional.empty()))).isEmpty();
    }

    @Test
    void disksHaveOneOrder() {
        RunDisks some = new RunDisks(Optional.of(Path.of("/l")), Optional.empty(), Optional.of(Path.of("/r")));
        assertThat(GuestSetup.disks(Path.of("/root"), Path.of("/tools"), some))
                .containsExactly(
                        new Disk("tools", Path.of("/tools"), true),
                        new Disk("root", Path.of("/root"), true),
                        new Disk("layer", Path.of("/l"), false),
                        new Disk("read", Path.of("/r"), true));
    }

    @Test
    void argumentsOfARunFollowItsImagesEntryPoint() {
        TaskRequest task = new TaskRequest(
                List.of("-x", ""),
                Map.of("A", "b", "NULLBOX_AGENT", "other"),
                Optional.empty(),
                new RunStreams(Optional.empty()),
                "me",
                true,
                false);
        RunSpec run = run("", Optional.of(task));
        GuestConfiguration configuration = GuestSetup.configuration(run, List.of(), List.of(), Optional.empty());
        assertThat(run.key()).isEqualTo("an_agent.7");
        assertThat(configuration.words()).containsExactly("/bin/a", "-x", "");
        assertThat(configuration.env()).contains("A=b", "NULLBOX_AGENT=an_agent");
        RunSpec plain = run(
                "",
                Optional.of(new TaskRequest(
                        List.of(), Map.of(), Optional.empty(), new RunStreams(Optional.empty()), "me", true, false)));
        assertThat(plain.command().words()).containsExactly("/bin/a", "--", "");
        assertThat(run("", Optional.empty()).key()).isEqualTo("an_agent");
    }

    @Test
    void aRunForFilesHasNoProgramAndNothingOfTheAgents() {
        RunSpec run = run("", Optional.of(TaskRequest.ofFilesAlone("me")));
        GuestConfiguration configuration = GuestSetup.configuration(run, List.of(), List.of(), Optional.empty());
        assertThat(configuration.setup().hasAgent()).isFalse();
        assertThat(configuration.setup().address()).isEmpty();
        assertThat(configuration.words()).isEmpty();
        assertThat(configuration.env()).isEmpty();
    }
}
