package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.disk.RunDisks;
import dev.nullbox.cage.guest.GuestConfiguration;
import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.cage.jail.VmConfig.Disk;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
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
        return GuestSetup.configuration(run(more, Optional.empty()), List.of(), List.of());
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
        GuestConfiguration configuration = GuestSetup.configuration(run, List.of(), List.of());
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
        GuestConfiguration configuration = GuestSetup.configuration(run, List.of(), List.of());
        assertThat(configuration.setup().hasAgent()).isFalse();
        assertThat(configuration.setup().address()).isEmpty();
        assertThat(configuration.words()).isEmpty();
        assertThat(configuration.env()).isEmpty();
    }
}
