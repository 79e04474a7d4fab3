package dev.nullbox.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.reader.ManifestReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Growth and shrinkage of authority between two manifests. */
class AuthorityDiffTest {
    private static final long OTHERS = Long.getLong("nullbox.test.seed", 0);

    /** Keys that give no right: what runs and how it is ended, names, and what nothing acts on yet. */
    private static final Set<String> NO_RIGHT = Set.of(
            "agent",
            "agent.name",
            "agent.version",
            "agent.command",
            "agent.restart",
            "agent.start",
            "agent.workdir",
            "agent.stop_secs",
            "agent.stop_signal",
            "agent.log_mb",
            "agent.log_days",
            "agent.env",
            "agent.env.*",
            "capabilities",
            "capabilities.network",
            "capabilities.filesystem",
            "capabilities.memory",
            "tools",
            "tools.*",
            "tools.*.risk");

    @Test
    void everyKeyIsARightOrSaidToBeNone() {
        Set<String> judged = new TreeSet<>(NO_RIGHT);
        Authority.KEYS.forEach(key -> judged.add(key.path()));
        for (Key<?> key : Schema.keys()) {
            boolean isBelow = key.path().startsWith(Schema.CREDENTIAL_REFS.path() + "[]")
                    || key.path().startsWith(Schema.NETWORK_ALLOW.path() + "[]")
                    || key.path().startsWith(Schema.HEALTH_CHECK.path() + ".");
            if (!isBelow && !key.consumers().isEmpty()) {
                assertThat(judged).contains(key.path());
            }
        }
    }

    @Test
    void aPlaceOfTheNetworkGrowsAlone() {
        assertThat(lines("", "[capabilities.network]\nallow = [\"192.0.2.7\", \"[2001:db8::1]:80\"]"))
                .containsExactly("+ network.allow 192.0.2.7:443", "+ network.allow [2001:db8:0:0:0:0:0:1]:80");
        assertThat(lines(
                        "[capabilities.network]\nallow = [\"192.0.2.7\", \"b.example\"]",
                        "[capabilities.network]\nallow = [\"b.example:443\"]"))
                .containsExactly("- network.allow 192.0.2.7:443");
        assertThat(lines(
                        "[capabilities.network]\nallow = [\"10.0.0.0/8:1-99\", \"*.b.example\"]",
                        "[capabilities.network]\nallow = [\"10.1.2.3:80\", \"a.b.example\"]"))
                .allMatch(line -> line.startsWith("- network.allow "));
        assertThat(lines(
                        "[capabilities.network]\nallow = [\"a.example\"]",
                        "[capabilities.network]\nallow = [{ host = \"a.example\", to = [\"10.0.0.0/8\"] }]"))
                .contains("+ network.allow a.example:443 to 10.0.0.0/8");
    }

    @Test
    void anAmountSaysWhatItWas() {
        assertThat(lines("[capabilities]\nmax_memory_mb = 128", "[capabilities]\nmax_cpu_percent = 50"))
                .containsExactly("+ max_cpu_percent 50 (was 25)", "+ max_memory_mb 256 (was 128)");
        assertThat(lines("[capabilities]\nmax_cpu_percent = 50", "")).containsExactly("- max_cpu_percent 50 (now 25)");
    }

    @Test
    void aPrefixOfMemoryCoversWhatIsBelowIt() {
        assertThat(lines(memory("team/*"), memory("team/a\", \"team/b/*"))).containsExactly("- memory.read team/*");
        assertThat(lines(memory("team/b/*"), memory("team/*"))).containsExactly("+ memory.read team/*");
        assertThat(lines(memory("team/b"), memory("team/bc")))
                .containsExactly("+ memory.read team/bc", "- memory.read team/b");
        assertThat(lines(memory("team/b/*"), memory("teams/*")))
                .containsExactly("+ memory.read teams/*", "- memory.read team/b/*");
    }

    private static String memory(String read) {
        return "[capabilities.memory]\nread = [\"" + read + "\"]";
    }

    @Test
    void aSecretWithTighterBoundsShrinks() {
        String once = secret("deliver = \"fetch\", ttl_secs = 60");
        assertThat(lines("", secret("version = 3")))
                .containsExactly("+ credential_refs KEY_A version 3, for any host, a file, the run");
        assertThat(lines(secret(""), once))
                .containsExactly("- credential_refs KEY_A version newest, for any host, a file, the run"
                        + " (now version newest, for any host, 1 reads, 60 s)");
        assertThat(lines(once, secret("deliver = \"fetch\", ttl_secs = 60, reads = 2")))
                .containsExactly("+ credential_refs KEY_A version newest, for any host, 2 reads, 60 s"
                        + " (was version newest, for any host, 1 reads, 60 s)");
        assertThat(lines(secret("version = 1"), secret("version = 2"))).hasSize(2);
    }

    @Test
    void aSecretForOneHostIsLessThanForAny() {
        String network = "\n[capabilities.network]\nallow = [\"192.0.2.7\"]";
        assertThat(lines(secret("") + network, secret("host = \"192.0.2.7\"") + network))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("- credential_refs");
    }

    private static String secret(String bounds) {
        return "[capabilities]\ncredential_refs = [{ name = \"KEY_A\"" + (bounds.isEmpty() ? "" : ", ") + bounds
                + " }]";
    }

    @Test
    void disksCountAsFarAsTheyAreThere() {
        assertThat(
                        lines(
                                "[capabilities.filesystem]\nroot = \"read-only\"",
                                "[capabilities.filesystem]\nroot = \"persistent\"\nmax_mb = 64\nvolume_mb = 64\nwrite = [\"/a b\"]"))
                .containsExactly(
                        "+ filesystem.max_mb 64",
                        "+ filesystem.root persistent (was read-only)",
                        "+ filesystem.volume_mb 64",
                        "+ filesystem.write /a\\u0020b");
        assertThat(lines("", "[capabilities.filesystem]\nvolume_mb = 4096")).isEmpty();
        assertThat(lines("[capabilities.filesystem]\nread = [\"/d\"]", "[capabilities.filesystem]\nwrite = [\"/d\"]"))
                .containsExactly("+ filesystem.volume_mb 1024", "+ filesystem.write /d", "- filesystem.read /d");
    }

    @Test
    void rootInTheGuestIsARight() {
        assertThat(diff(user("app"), "").lines()).containsExactly("+ user root");
        assertThat(diff(user("00:5"), user("1000:0")).lines()).containsExactly("- user root");
        assertThat(diff(user("root"), "").isEmpty()).isTrue();
        assertThat(diff(user("app"), user("other")).isEmpty()).isTrue();
    }

    private static String user(String user) {
        return "user = \"" + user + "\"";
    }

    @Test
    void lessSupervisionIsMoreAuthority() {
        String http = "[capabilities.health_check]\nport = 80\n";
        assertThat(lines(http, "")).containsExactly("+ health_check none (was GET :80/ each 30 s, 3 failures)");
        assertThat(lines("", http)).containsExactly("- health_check none (now GET :80/ each 30 s, 3 failures)");
        assertThat(lines(http + "interval_secs = 10", http + "max_failures = 1"))
                .isEqualTo(List.of());
        assertThat(lines(http, http + "interval_secs = 31"))
                .singleElement()
                .asString()
                .startsWith("+ ");
        assertThat(lines(http, "[capabilities.health_check]\ncommand = [\"GET\", \":80/\"]"))
                .hasSize(2);
        String many = "[capabilities.health_check]\ncommand = [\"/a b\", \"" + "x".repeat(200) + "%s\"]";
        assertThat(lines(many.formatted("1"), many.formatted("2")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("/a\\u0020b xxx", "... sha256:")
                        .hasSizeLessThan(500));
    }

    @Test
    void aHashIsOfTheGrowthAlone() {
        AuthorityDiff grown = diff("", "[capabilities]\nmax_cpu_percent = 50");
        assertThat(grown.hash())
                .isEqualTo(Authority.sha256("+ max_cpu_percent 50 (was 25)\n"))
                .isEqualTo(diff("[capabilities]\nmax_memory_mb = 512", "[capabilities]\nmax_cpu_percent = 50")
                        .hash())
                .isNotEqualTo(diff("", "[capabilities]\nmax_cpu_percent = 51").hash());
        assertThat(grown.isAcceptedBy(grown.hash())).isTrue();
        assertThat(grown.isAcceptedBy(grown.hash().substring(0, 16))).isTrue();
        assertThat(grown.isAcceptedBy(grown.hash().substring(0, 15))).isFalse();
        assertThat(grown.isAcceptedBy("")).isFalse();
    }

    @Test
    void againstNothingAllIsGrowth() {
        Authority all = authority("", "[capabilities.network]\nallow = [\"192.0.2.7\"]");
        AuthorityDiff diff = AuthorityDiff.between(Authority.NONE, all);
        assertThat(diff.growth()).hasSameSizeAs(all.rights());
        assertThat(diff.shrinkage()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aDiffIsAntisymmetricAndEmptyWithItself(long seed) {
        Random random = new Random(OTHERS + seed);
        int changed = 0;
        for (int round = 0; round < 300; round++) {
            Authority one = random(random);
            Authority other = random(random);
            AuthorityDiff there = AuthorityDiff.between(one, other);
            AuthorityDiff back = AuthorityDiff.between(other, one);
            assertThat(AuthorityDiff.between(one, one).isEmpty()).isTrue();
            assertThat(there.growth()).isEqualTo(back.shrinkage());
            assertThat(there.shrinkage()).isEqualTo(back.growth());
            assertThat(there.lines()).doesNotHaveDuplicates().allMatch(line -> line.matches("[+-] [ -~]+"));
            assertThat(there.lines())
                    .isEqualTo(there.lines().stream()
                            .sorted((a, b) -> plain(a).compareTo(plain(b)))
                            .toList());
            changed += there.isEmpty() ? 0 : 1;
        }
        assertThat(changed).isGreaterThan(250);
    }

    /** In the order of the lines: growth first, then without what stands in parentheses. */
    private static String plain(String line) {
        return line.replace("+ ", "0 ").replace("- ", "1 ").replaceAll(" \\(.*", "");
    }

    private static Authority random(Random random) {
        String toml = "max_cpu_percent = " + (1 + random.nextInt(3))
                + "\nmax_memory_mb = " + (64 + random.nextInt(3))
                + "\ncredential_refs = ["
                + some(
                        random,
                        "{ name = \"A\" }",
                        "{ name = \"B\", version = 2 }",
                        "{ name = \"C\", deliver = \"fetch\", reads = " + (1 + random.nextInt(2)) + " }",
                        "{ name = \"D\", ttl_secs = " + (1 + random.nextInt(2)) + " }")
                + "]\n[capabilities.network]\nallow = ["
                + some(random, "\"a.example\"", "\"a.example:80\"", "\"192.0.2.1\"")
                + "]\n[capabilities.memory]\nread = [" + some(random, "\"t/*\"", "\"t/a/*\"", "\"t/a/b\"", "\"u/b\"")
                + "]\nwrite = [" + some(random, "\"t/*\"", "\"t/a/*\"")
                + "]\nmax_mb = " + (1 + random.nextInt(3))
                + "\n[capabilities.filesystem]\nvolume_mb = " + (64 + random.nextInt(2))
                + "\nroot = \""
                + List.of(RootMode.values()).get(random.nextInt(3)).key()
                + "\"\nwrite = [" + some(random, "\"/a\"", "\"/b\"")
                + "]\nread = [" + some(random, "\"/c\"", "\"/d\"") + "]"
                + (random.nextBoolean()
                        ? "\n[capabilities.health_check]\nport = 80\nmax_failures = " + (1 + random.nextInt(3))
                        : "");
        return authority(random.nextBoolean() ? user("app") : "", "[capabilities]\n" + toml);
    }

    private static String some(Random random, String... all) {
        List<String> some = new ArrayList<>();
        for (String one : all) {
            if (random.nextBoolean()) {
                some.add(one);
            }
        }
        return some.stream().collect(Collectors.joining(", "));
    }

    private static List<String> lines(String old, String next) {
        return AuthorityDiff.between(authority("", old), authority("", next)).lines();
    }

    /** Of texts of which one that begins with a header is a table of its own, and any other of [agent]. */
    private static AuthorityDiff diff(String old, String next) {
        return AuthorityDiff.between(split(old), split(next));
    }

    private static Authority split(String text) {
        return text.startsWith("[") ? authority("", text) : authority(text, "");
    }

    private static Authority authority(String agent, String tables) {
        String toml = "[agent]\nname = \"hello\"\n" + agent + "\n" + tables + "\n";
        ManifestResult result = ManifestReader.read(toml.getBytes(StandardCharsets.UTF_8), ImageDefaults.UNKNOWN);
        assertThat(result).as(toml).isInstanceOf(ManifestResult.Valid.class);
        return Authority.of(((ManifestResult.Valid) result).manifest());
    }
}
