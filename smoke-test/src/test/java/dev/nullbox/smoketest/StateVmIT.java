package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What lasts over a reboot: the vault, which comes back sealed, and memory. Secrets are lent to one run of one agent;
 * memory is shared by grant only.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StateVmIT {
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final String FETCHED = "fetched-once-Ywq81";
    private static final String FILED = "lies-in-a-file-Kd02x";
    private static final String SHARED = "shared-by-grant";
    /** Those that no agent says on its console. */
    private static final String UNSAID_FETCHED = "unsaid-fetched-Vb37e";

    private static final String UNSAID_FILED = "unsaid-in-a-file-Xr90p";
    private static final String BAIT = "nobody-may-have-this-Lm52c";

    private static final List<String> SECRETS = List.of(PASSPHRASE, FETCHED, FILED, UNSAID_FETCHED, UNSAID_FILED, BAIT);

    private static final Pattern SCAN = Pattern.compile("scan processes=(\\d+) pages=(\\d+) unread=0((?: \\w+=\\d+)*)");

    private static final String TWO_SECRETS =
            "credential_refs = [{ name = \"FETCH_KEY\", deliver = \"fetch\" }, { name = \"FILE_KEY\" }]";

    private Path disk;
    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("data"));
        agents.addProbe(
                "keeper",
                TWO_SECRETS,
                List.of(
                        "first get gateway 7301 /secrets/FETCH_KEY",
                        "file show /run/secrets/FILE_KEY",
                        "- wait",
                        "arguments show /proc/cmdline",
                        "environment show /proc/1/environ",
                        "second get gateway 7301 /secrets/FETCH_KEY",
                        "- wait",
                        "revoked gone /run/secrets/FILE_KEY"));
        agents.addProbe(
                "discreet",
                "credential_refs = [{ name = \"UNSAID_FETCH\", deliver = \"fetch\" }, { name = \"UNSAID_FILE\" }]",
                List.of(
                        "token fetch gateway 7301 /secrets/UNSAID_FETCH",
                        "- wait",
                        "held hold /run/secrets/UNSAID_FILE"));
        agents.addProbe("thief", "credential_refs = [\"BAIT\"]", List.of("took show /run/secrets/BAIT"));
        String plan = "{\"key\":\"team/research/plan\"";
        agents.addProbe(
                "writer",
                "[capabilities.memory]\nwrite = [\"team/research/*\"]",
                List.of(rpc("wrote", "memory.put", plan + ",\"value\":\"" + SHARED + "\"}")));
        agents.addProbe(
                "reader",
                "[capabilities.memory]\nread = [\"team/research/*\"]",
                List.of(
                        rpc("read", "memory.get", plan + "}"),
                        rpc("wrote", "memory.put", plan + ",\"value\":\"overwritten\"}")));
        agents.addProbe("stranger", "", List.of(rpc("read", "memory.get", plan + "}")));
        disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("data"));
        start();
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    @Order(1)
    @Test
    void aNewVaultIsMadeByTheOperatorAlone() throws Exception {
        assertThat(ok("vault", "status").output()).contains("new");
        assertThat(nullctl().runWithInput(FILED, "vault", "set", "FILE_KEY").errors())
                .contains("VAULT_NEW");
        okWithInput(PASSPHRASE, "vault", "init");
        okWithInput(FETCHED, "vault", "set", "FETCH_KEY");
        okWithInput(FILED, "vault", "set", "FILE_KEY");
        assertThat(ok("vault", "status", "--json").output().replace(" ", ""))
                .contains("\"state\":\"unsealed\"", "\"memory_locked\":true");
    }

    @Order(2)
    @Test
    void memoryIsSharedByGrantOnly() throws Exception {
        assertThat(run("writer")).anyMatch(line -> line.startsWith("probe: wrote = 200 ") && line.contains("\"seq\""));
        assertThat(run("reader"))
                .anyMatch(line -> line.startsWith("probe: read = 200 ") && line.contains(SHARED))
                .anyMatch(line -> line.startsWith("probe: wrote = ") && line.contains("SCOPE"));
        assertThat(run("stranger"))
                .anyMatch(line -> line.startsWith("probe: read = ") && line.contains("SCOPE"))
                .noneMatch(line -> line.contains(SHARED));
    }

    @Order(3)
    @Test
    void afterARebootTheVaultIsSealedAndNothingIsLent() throws Exception {
        ok("shutdown");
        assertThat(appliance.awaitExit(Appliance.LONG)).isZero();
        appliance.close();
        assertNotOnDisk();
        start();
        assertThat(ok("vault", "status").output()).contains("sealed").doesNotContain("unsealed");
        int from = appliance.log().size();
        var _ = nullctl().run("start", "keeper");
        Event failed = appliance.awaitEventAfter(
                from, event -> event.is("agent.failed", "agent", "keeper"), Appliance.LONG, "the refusal of a lease");
        assertThat(failed.text("why")).contains("seal");
        Nullctl.Result wrong = nullctl().runWithInput("not the passphrase", "vault", "unseal");
        assertThat(wrong.code()).isNotZero();
        assertThat(wrong.errors()).contains("WRONG_KEY");
        okWithInput(PASSPHRASE, "vault", "unseal");
    }

    @Order(4)
    @Test
    void aSecretIsFetchedOnceAndAFileGoesWhenItsLeaseIsRevoked() throws Exception {
        int from = appliance.log().size();
        ok("start", "keeper");
        String second = line(from, "keeper", "second");
        assertThat(second).startsWith("410 ").doesNotContain(FETCHED);
        assertThat(line(from, "keeper", "first")).isEqualTo("200 " + FETCHED);
        assertThat(line(from, "keeper", "file")).isEqualTo(FILED);
        // What the guest's kernel and its first process were given, which any guest process may read.
        assertThat(line(from, "keeper", "arguments")).contains("KRUN_INIT").doesNotContain(SECRETS);
        assertThat(line(from, "keeper", "environment"))
                .contains("NULLBOX_MEMORY_URL")
                .doesNotContain(SECRETS);
        assertThat(ok("vault", "leases").output()).contains("keeper", "FILE_KEY");
        ok("vault", "revoke", "keeper");
        assertThat(line(from, "keeper", "revoked")).isEqualTo("gone");
    }

    @Order(5)
    @Test
    void whoNamesACanaryDoesNotRunAndRaisesAnAlarm() throws Exception {
        okWithInput(BAIT, "vault", "set", "BAIT", "--canary");
        int from = appliance.log().size();
        var _ = nullctl().run("start", "thief");
        Event alarm = appliance.awaitEventAfter(
                from, event -> event.is("vault.canary", "agent", "thief"), Appliance.LONG, "the alarm");
        assertThat(alarm.text("name")).isEqualTo("BAIT");
        Event failed = appliance.awaitEventAfter(
                from, event -> event.is("agent.failed", "agent", "thief"), Appliance.LONG, "the thief's end");
        assertThat(failed.text("why")).isEqualTo("canary");
        assertThat(appliance.agentLines("thief")).isEmpty();
    }

    @Order(6)
    @Test
    void aSecretIsInTheMemoryOfNobodyButWardenAndWhoBorrowsIt() throws Exception {
        okWithInput(UNSAID_FETCHED, "vault", "set", "UNSAID_FETCH");
        okWithInput(UNSAID_FILED, "vault", "set", "UNSAID_FILE");
        int from = appliance.log().size();
        ok("start", "discreet");
        assertThat(line(from, "discreet", "token")).isEqualTo("200 " + UNSAID_FETCHED.length() + " bytes");
        // What shows that the search finds what is there.
        awaitMemory("the microVM that borrowed it", found -> found.contains("vmm"));
        awaitMemory(
                "warden and the microVM alone", found -> Set.of("warden", "vmm").containsAll(found));
        ok("vault", "revoke", "discreet");
        assertThat(line(from, "discreet", "held")).isEqualTo(UNSAID_FILED.length() + " bytes, gone");
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "discreet"), Appliance.LONG, "the borrower to end");
        awaitMemory("warden alone", found -> Set.of("warden").containsAll(found));
        ok("vault", "seal");
        awaitMemory("nobody, warden sealed", Set::isEmpty);
    }

    @Order(7)
    @Test
    void memoryOutlivesTheReboot() throws Exception {
        assertThat(ok("memory", "get", "team/research/plan").output()).contains(SHARED);
        assertThat(ok("memory", "history", "team/research/plan").output()).contains("writer");
    }

    @Order(8)
    @Test
    void noSecretIsLeftOnTheConsoleOrTheDisk() throws Exception {
        ok("shutdown");
        assertThat(appliance.awaitExit(Appliance.LONG)).isZero();
        // The probe said them on its console, which is where a secret ends that its agent gives away.
        String console = appliance.console().replaceAll("keeper\\| probe: .*", "");
        assertThat(console).doesNotContain(SECRETS);
        assertNotOnDisk();
    }

    /** Waits until those processes in whose memory one of the unsaid secrets stands are as they should be. */
    private void awaitMemory(String whose, Predicate<Set<String>> condition) throws Exception {
        StringBuilder order = new StringBuilder("scan");
        for (String secret : List.of(PASSPHRASE, UNSAID_FETCHED, UNSAID_FILED, BAIT)) {
            for (String form : List.of(secret, inBase64(secret))) {
                order.append(' ').append(HexFormat.of().formatHex(form.getBytes(StandardCharsets.UTF_8)));
            }
        }
        long deadline = System.nanoTime() + Appliance.LONG.toNanos();
        String answer;
        do {
            answer = appliance.askChaos(order.toString(), Appliance.LONG);
            Matcher scan = SCAN.matcher(answer);
            assertThat(scan.matches()).as(answer).isTrue();
            // PID 1, the five services, the DHCP client and its helpers
            assertThat(Integer.parseInt(scan.group(1))).as(answer).isGreaterThan(6);
            assertThat(Integer.parseInt(scan.group(2))).as(answer).isGreaterThan(6 * 1000);
            Set<String> found = new TreeSet<>();
            Pattern.compile("(\\w+)=\\d+").matcher(scan.group(3)).results().forEach(hit -> found.add(hit.group(1)));
            if (condition.test(found)) {
                return;
            }
        } while (System.nanoTime() < deadline);
        throw appliance.failure("secrets were not in the memory of " + whose + ", but: " + answer);
    }

    private static String inBase64(String secret) {
        return Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
    }

    private void assertNotOnDisk() throws IOException {
        String bytes = Files.readString(disk, StandardCharsets.ISO_8859_1);
        for (String secret : SECRETS) {
            assertThat(bytes.contains(secret))
                    .as("the data disk holds a secret as it is")
                    .isFalse();
            assertThat(bytes.contains(inBase64(secret)))
                    .as("the data disk holds a secret in base 64")
                    .isFalse();
        }
    }

    /** Runs an agent to its end: what it said. */
    private List<String> run(String agent) throws Exception {
        int from = appliance.log().size();
        ok("start", agent);
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end");
        return appliance.agentLines(agent);
    }

    /** What came of one attempt of an agent's probe. */
    private String line(int from, String agent, String attempt) throws InterruptedException {
        String prefix = "probe: " + attempt + " = ";
        return appliance
                .awaitEventAfter(
                        from,
                        event -> event.is("agent.console", "agent", agent)
                                && event.text("line").startsWith(prefix),
                        Appliance.LONG,
                        prefix)
                .text("line")
                .substring(prefix.length());
    }

    private Nullctl nullctl() {
        return Nullctl.of(appliance.managementPort());
    }

    private Nullctl.Result ok(String... arguments) throws Exception {
        return checked(nullctl().run(arguments));
    }

    private Nullctl.Result okWithInput(String input, String... arguments) throws Exception {
        return checked(nullctl().runWithInput(input, arguments));
    }

    private static Nullctl.Result checked(Nullctl.Result result) {
        assertThat(result.code()).as(result.errors()).isZero();
        return result;
    }

    private static String rpc(String name, String method, String parameters) {
        return name + " post gateway 7300 /rpc {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":"
                + parameters + "}";
    }

    private void start() throws IOException, InterruptedException {
        appliance = Appliance.start(Boot.of(
                        new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot()),
                        Inputs.accelerator())
                .withDataDisk(disk));
        appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
    }
}
