package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import org.junit.jupiter.api.Test;

class VmConfigTest {
    /** The memory's address had a path once: what a client appended to it led nowhere. */
    @Test
    void addressesInTheEnvironmentAreBases() {
        String manifest = """
                [agent]
                name = "a"
                command = ["/bin/a"]
                [capabilities]
                credential_refs = [{ name = "KEY", deliver = "fetch" }]
                """;
        assertThat(ManifestReader.read(manifest))
                .isInstanceOfSatisfying(
                        ManifestResult.Valid.class,
                        valid -> assertThat(VmConfig.of(valid.manifest(), new AgentSlot(AgentNetwork.DEFAULT, 3))
                                        .get(VmConfig.ENV))
                                .containsExactly(
                                        "NULLBOX_AGENT=a",
                                        "NULLBOX_API_URL=http://10.221.3.1:7301",
                                        "NULLBOX_MEMORY_URL=http://10.221.3.1:7300",
                                        "PATH=/bin:/usr/bin:/usr/local/bin"));
    }
}
