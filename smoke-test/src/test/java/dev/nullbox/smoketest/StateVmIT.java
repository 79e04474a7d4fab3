package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * State that lasts over a reboot: the vault, which comes back sealed, and memory. Secrets are leased to one run of one
 * agent; memory is shared by grant only.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StateVmIT {
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final String FETCHED = "fetched-once-Ywq81";
    private static final String FILED = "lies-in-a-file-Kd02x";
    private static final String SHARED = "shared-by-grant";
    /** Secrets that no agent prints on its console. */
    private static final String UNSAID_FETCHED = "unsaid-fetched-Vb37e";

    private static final String UNSAID_FILED = "unsaid-in-a-file-Xr90p";
    private static final String BAIT = "nobody-may-have-this-Lm52c";

    private static final List<String> SECRETS = List.of(PASSPHRASE, FETCHED, FILED, UNSAID_FETCHED, UNSAID_FILED, BAIT);

    private static final String GATEWAY_USER = "104";

    private static final String TWO_SECRETS =
            "credential_refs = [{ name = \"FETCH_KEY\", deliver = \"fetch\" }, { name = \"FILE_KEY\" }]";

    private Path disk;
    private Appliance appliance;
    /** Position in the log at which the discreet agent got its lease. */
    private int lent;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addProbe(
                "keeper",
                TWO_SECRETS,
                List.of(
                        "first get gateway 7301 /secrets/FETCH_KEY",
                        "file show /run/secrets/FILE_KEY",
                        "- wait",
                        "arguments show /proc/cmdline",
                        "environment show /proc/self/environ",
                        "init show /proc/1/environ",
                        "second get gateway 7301 /secrets/FETCH_KEY",
                        "- wait",
                        "revoked gone /run/secrets/FILE_KEY"));
        agents.addProbe(
                "discreet",
                "credential_refs = [{ name = \"UNSAID_FETCH\", deliver = \"fetch\" }, { name = \"UNSAID_FILE\" }]",
                List.of(
                        "token fetch gateway 7301 /secrets/UNSAID_FETCH",
                        "before list /run/secrets",
                        "- wait",
                        "held hold /run/secrets/UNSAID_FILE",
                        "- wait",
                        "after list /run/secrets",
                        "late get gateway 7301 /secrets/UNSAID_FETCH"));
        agents.addProbe(
                "prober",
                TWO_SECRETS,
                List.of(
                        "unknown get gateway 7301 /secrets/NO_SUCH_SECRET",
                        "- wait",
                        "took get gateway 7301 /secrets/BAIT",
                        "stayed gone /run/secrets/FILE_KEY"));
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
        agents.addProbe("client", "", List.of("session mcp NULLBOX_MEMORY_URL /mcp"));
        disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
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

    /** Regression: the variable ended in /rpc, so that what docs/mcp.md tells clients to append led to a 404. */
    @Order(2)
    @Test
    void theAddressInTheEnvironmentLeadsToMcp() throws Exception {
        assertThat(run("client"))
                .anyMatch(line -> line.startsWith("probe: session = 200 {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{")
                        && line.contains("\"protocolVersion\":\"2025-11-25\"")
                        && line.contains("\"name\":\"nullbox-memory\"")
                        && line.contains(" tools: 200 create_entities create_relations ")
                        && line.strip().endsWith(" get_chunk"));
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
        assertThat(ok("vault", "audit").output())
                .as("what was recorded before the reboot, and since")
                .containsSubsequence(
                        "vault.created caller=operator",
                        "vault.set caller=operator canary=false name=FETCH_KEY",
                        "vault.found state=sealed",
                        "vault.denied agent=keeper code=VAULT_SEALED",
                        "vault.unseal_failed caller=operator code=WRONG_KEY",
                        "vault.unsealed caller=operator")
                .doesNotContain(SECRETS);
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
        // What the guest's kernel, the agent and the first process of its world were given, which any process of the
        // agent's may read.
        assertThat(line(from, "keeper", "arguments")).contains("console=").doesNotContain(SECRETS);
        assertThat(line(from, "keeper", "environment"))
                .contains("NULLBOX_MEMORY_URL")
                .doesNotContain(SECRETS);
        assertThat(line(from, "keeper", "init")).doesNotContain(SECRETS);
        assertThat(ok("vault", "leases").output()).contains("keeper", "FILE_KEY");
        ok("vault", "revoke", "keeper");
        assertThat(line(from, "keeper", "revoked")).isEqualTo("gone");
        assertThat(ok("vault", "audit", "--agent", "keeper").output())
                .containsSubsequence(
                        "vault.lease", "vault.fetch", "code=LEASE_SPENT", "vault.revoke", "caller=operator")
                .doesNotContain(SECRETS);
    }

    @Order(5)
    @Test
    void agentThatNamesACanaryDoesNotRunAndRaisesAnAlarm() throws Exception {
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

    /** It has a lease of another secret, and guesses the name. */
    @Order(6)
    @Test
    void requestForAnUnnamedCanaryEndsTheAgent() throws Exception {
        int from = appliance.log().size();
        ok("start", "prober");
        appliance.awaitEventAfter(
                from, event -> event.is("vault.canary", "agent", "prober"), Appliance.LONG, "the alarm");
        Event failed = appliance.awaitEventAfter(
                from, event -> event.is("agent.failed", "agent", "prober"), Appliance.LONG, "the prober's end");
        assertThat(failed.text("why")).isEqualTo("canary");
        Event exited = appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "prober"), Appliance.LONG, "the prober's microVM");
        assertThat(exited.text("how")).isEqualTo("killed");
        assertThat(ok("vault", "audit", "--agent", "prober").output())
                .containsSubsequence("code=LEASE_UNKNOWN", "names=NO_SUCH_SECRET", "vault.canary", "name=BAIT");
    }

    @Order(7)
    @Test
    void aLentSecretIsInTheMemoryOfNobodyButWardenAndWhoBorrowsIt() throws Exception {
        okWithInput(UNSAID_FETCHED, "vault", "set", "UNSAID_FETCH");
        okWithInput(UNSAID_FILED, "vault", "set", "UNSAID_FILE");
        lent = appliance.log().size();
        ok("start", "discreet");
        assertThat(line(lent, "discreet", "token")).isEqualTo("200 " + UNSAID_FETCHED.length() + " bytes");
        assertThat(line(lent, "discreet", "before")).isEqualTo("UNSAID_FILE");
        // Control: the search finds what is there.
        awaitMemory("the microVM that borrowed it", found -> found.contains("vmm"));
        awaitMemory(
                "warden and the microVM alone", found -> Set.of("warden", "vmm").containsAll(found));
    }

    @Order(8)
    @Test
    void aLentSecretIsInNoArgumentsEnvironmentOrNameOfAnyProcess() throws Exception {
        Secrecy secrecy = new Secrecy(appliance);
        // Control: the search reads all of these, of all users.
        Secrecy.Texts there = secrecy.texts(List.of(
                "-Xmx192m", "LANG=C.UTF-8", "NULLBOX_STATE=", "/sbin/cage\0vm\0", "nullbox.events=", "socket:["));
        assertThat(there.found())
                .contains("warden/cmdline", "vmm/cmdline", "warden/environ", "vmm/environ", "cage/environ")
                .contains("kernel/cmdline", "warden/fd", "cage/fd");
        Secrecy.Texts secrets = secrecy.texts(inAllForms(SECRETS));
        assertThat(secrets.looked())
                .contains("nulld", "egress", "gate", "warden", "ctxgraph", "cage", "gateway", "vmm");
        assertThat(secrets.found()).isEmpty();
    }

    @Order(9)
    @Test
    void theMemoryOfWardenStaysInMemoryAndNobodyElseReadsIt() throws Exception {
        Secrecy secrecy = new Secrecy(appliance);
        Map<String, String> guards = secrecy.guards();
        for (String process : List.of("warden", "cage", "gateway", "vmm")) {
            assertThat(guards.get(process)).as(process).contains(" core=0,0,bytes ");
        }
        // Not dumpable: proc(5) gives its files to root.
        assertThat(guards.get("warden")).matches("uid=102 owner=0 .* locked=[1-9]\\d*");
        for (String user : List.of("same", GATEWAY_USER, "65534")) {
            assertThat(secrecy.peek("warden", user, "mem"))
                    .as("by user %s", user)
                    .isEqualTo("peek refused No such file or directory");
        }
        assertThat(secrecy.peek("warden", "0", "mem")).isEqualTo("peek refused Permission denied");
        // Control: other processes than warden can be read in this way, and warden runs.
        assertThat(secrecy.peek("gateway", "same", "environ")).isEqualTo("peek opened");
        assertThat(secrecy.peek("warden", "0", "status")).isEqualTo("peek opened");
    }

    @Order(10)
    @Test
    void aSealedVaultLeavesWhatIsLentAndARevocationTakesItBack() throws Exception {
        ok("vault", "seal");
        awaitMemory("the borrower alone, warden sealed", Set.of("vmm")::equals);
        assertThat(ok("vault", "leases").output()).contains("discreet", "UNSAID_FILE");
        ok("vault", "revoke", "discreet");
        assertThat(line(lent, "discreet", "held")).isEqualTo(UNSAID_FILED.length() + " bytes, gone, then 0 bytes");
        assertThat(line(lent, "discreet", "after")).isEqualTo("empty");
        assertThat(line(lent, "discreet", "late")).startsWith("503 ").contains("VAULT_SEALED");
        appliance.awaitEventAfter(
                lent, event -> event.is("agent.exited", "agent", "discreet"), Appliance.LONG, "the borrower to end");
        awaitMemory("nobody, warden sealed", Set::isEmpty);
        okWithInput(PASSPHRASE, "vault", "unseal");
        awaitMemory("warden alone", found -> Set.of("warden").containsAll(found));
    }

    @Order(11)
    @Test
    void memoryOutlivesTheReboot() throws Exception {
        assertThat(ok("memory", "get", "team/research/plan").output()).contains(SHARED);
        assertThat(ok("memory", "history", "team/research/plan").output()).contains("writer");
    }

    @Order(12)
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
        List<String> unsaid = List.of(PASSPHRASE, UNSAID_FETCHED, UNSAID_FILED, BAIT);
        new Secrecy(appliance).awaitMemory(unsaid, whose, condition);
    }

    private void assertNotOnDisk() throws IOException, InterruptedException {
        // What the agent itself has said is kept, as its log, in the very words.
        String bytes = DataDisk.content(disk)
                .replace("probe: first = 200 " + FETCHED, "")
                .replace("probe: file = " + FILED, "");
        assertThat(bytes).as("what is on the disk").contains("name = \"keeper\"");
        for (String form : inAllForms(SECRETS)) {
            assertThat(bytes.contains(form))
                    .as("the data disk holds a secret, as it is or in base 64")
                    .isFalse();
        }
    }

    private static List<String> inAllForms(List<String> secrets) {
        return secrets.stream()
                .flatMap(secret -> Secrecy.forms(secret).stream())
                .toList();
    }

    /** Runs an agent to its end: what it said. */
    private List<String> run(String agent) throws Exception {
        int from = appliance.log().size();
        ok("start", agent);
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end");
        return appliance.agentLines(agent);
    }

    /** Result of one attempt of an agent's probe. */
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
