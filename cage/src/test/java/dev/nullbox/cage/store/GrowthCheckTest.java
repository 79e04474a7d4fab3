package dev.nullbox.cage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nullbox.manifest.Authority;
import dev.nullbox.manifest.AuthorityDiff;
import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A version that may more than the current one, with and without the operator's word. */
class GrowthCheckTest {
    private static final Manifest SMALL = manifest("max_cpu_percent = 25");
    private static final Manifest LARGE = manifest("max_cpu_percent = 50");

    private static Manifest manifest(String capabilities) {
        String toml = "[agent]\nname = \"hello\"\n[capabilities]\n" + capabilities + "\n";
        return ((ManifestResult.Valid)
                        ManifestReader.read(toml.getBytes(StandardCharsets.UTF_8), ImageDefaults.UNKNOWN))
                .manifest();
    }

    private static RpcException refusal(Manifest old, Manifest next, Optional<String> accepted) {
        return catchThrowableOfType(RpcException.class, () -> GrowthCheck.check(Authority.of(old), next, accepted));
    }

    @Test
    void lessOrTheSamePasses() {
        assertThat(refusal(LARGE, SMALL, Optional.empty())).isNull();
        assertThat(refusal(LARGE, LARGE, Optional.empty())).isNull();
        assertThat(refusal(LARGE, SMALL, Optional.of("0123456789abcdef"))).isNull();
    }

    @Test
    void moreIsRefusedWithItsLinesAndItsHash() {
        RpcException refused = refusal(SMALL, LARGE, Optional.empty());
        String hash =
                AuthorityDiff.between(Authority.of(SMALL), Authority.of(LARGE)).hash();
        assertThat(refused.is(AgentReason.AGENT_GROWTH)).isTrue();
        assertThat(refused.getMessage())
                .isEqualTo("hello would be allowed more than it is:\n+ max_cpu_percent 50 (was 25)\n"
                        + "to accept this: --accept-growth " + hash.substring(0, 16));
        assertThat(refusal(SMALL, LARGE, Optional.of(hash.substring(0, 16)))).isNull();
        assertThat(refusal(SMALL, LARGE, Optional.of(hash))).isNull();
    }

    @Test
    void theHashOfAnotherGrowthIsRefused() {
        Manifest larger = manifest("max_cpu_percent = 75");
        String hash =
                AuthorityDiff.between(Authority.of(SMALL), Authority.of(larger)).hash();
        assertThat(refusal(SMALL, LARGE, Optional.of(hash)).getMessage()).contains("is not this growth's");
    }

    @Test
    void againstARefusedVersionAllIsGrowth() {
        assertThatCode(() -> GrowthCheck.check(Authority.NONE, SMALL, Optional.empty()))
                .hasMessageContaining("+ max_cpu_percent 25")
                .hasMessageContaining("+ memory.read hello/*");
    }

    @Test
    void aLongListIsCutAndCounted() {
        StringBuilder allow = new StringBuilder("network = { allow = [");
        for (int i = 1; i <= 60; i++) {
            allow.append("\"192.0.2.").append(i).append("\", ");
        }
        assertThat(refusal(SMALL, manifest(allow + "] }"), Optional.empty()).getMessage())
                .contains("\nand 10 more\nto accept");
    }
}
