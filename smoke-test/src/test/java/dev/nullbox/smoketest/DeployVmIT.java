package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Agents that an operator brings to an appliance which runs already, as images of other tools, and what he does with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DeployVmIT {
    private static final int AT_ONCE = 8;
    /** What an emulated machine passes on well within nullctl's limit here; ten times as much is ExecTest's. */
    private static final int INPUT_BYTES = 1 << 20;

    private Path directory = Path.of("");
    private ImageArchive one = new ImageArchive(Path.of(""));
    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path base) throws IOException, InterruptedException {
        directory = base;
        one = ImageArchive.saying("one", directory.resolve("one"));
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addProbe("prober", "", List.of());
        appliance = agents.boot(2048);
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    private Nullctl.Result ctl(String... words) throws IOException, InterruptedException {
        return Nullctl.of(appliance.managementPort()).run(words);
    }

    private Nullctl.Result done(String... words) throws IOException, InterruptedException {
        Nullctl.Result result = ctl(words);
        assertThat(result.code()).as(result.output() + result.errors()).isZero();
        return result;
    }

    private void awaitLine(int from, String agent, String line) throws Exception {
        appliance.awaitEventAfter(
                from,
                event -> event.is("agent.console", "agent", agent)
                        && event.text("line").equals(line),
                Appliance.LONG,
                agent + " to say: " + line);
    }

    @Order(1)
    @Test
    void aSavedImageIsAnAgentThatStarts() throws Exception {
        int from = appliance.log().size();
        Nullctl.Result added = done(
                "agent", "add", "app", one.docker(directory.resolve("one.tar")).toString());
        assertThat(added.output()).contains("version 1");
        assertThat(added.output() + added.errors()).contains("GPG_KEY");
        awaitLine(from, "app", "says one hello 1000 /srv");
    }

    @Order(2)
    @Test
    void twoAgentsOfOneImageShareIt() throws Exception {
        Path manifest = Files.writeString(directory.resolve("twin.toml"), """
                [agent]
                name = "twin"
                user = "root"
                restart = "never"
                """);
        int from = appliance.log().size();
        done(
                "agent",
                "add",
                "twin",
                "--manifest",
                manifest.toString(),
                one.layout().toString());
        awaitLine(from, "twin", "says one hello 0 /srv");
        assertThat(done("df", "--json").output()).containsPattern("\"images\":\\s*1\\b");
    }

    @Order(3)
    @Test
    void aProgramRunsBesideTheAgent() throws Exception {
        assertThat(ctl("exec", "app", "--", "sh", "-c", "echo out; echo err >&2; exit 7"))
                .isEqualTo(new Nullctl.Result(7, "out\n", "err\n"));
        assertThat(done("exec", "app", "--", "id", "-u").output()).isEqualTo("1000\n");
        assertThat(done(
                                "exec",
                                "-u",
                                "root",
                                "-w",
                                "/",
                                "-e",
                                "A=b c",
                                "app",
                                "--",
                                "sh",
                                "-c",
                                "id -u; echo $PWD $A $GREETING")
                        .output())
                .isEqualTo("0\n/ b c hello\n");
        assertThat(ctl("exec", "app", "--", "/no/program").code()).isEqualTo(127);
    }

    @Order(3)
    @Test
    void muchGoesThroughAProgramBothWays() throws Exception {
        String line = "0123456789abcde\n";
        String input = line.repeat(INPUT_BYTES / line.length());
        Nullctl.Result result = Nullctl.of(appliance.managementPort()).runWithInput(input, "exec", "app", "--", "cat");
        assertThat(result.code()).as(result.errors()).isZero();
        assertThat(result.output().equals(input))
                .as("all came back as it was sent")
                .isTrue();
    }

    @Order(3)
    @Test
    void manyProgramsRunAtOnce() throws Exception {
        List<CompletableFuture<Nullctl.Result>> runs = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            int code = i;
            runs.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return ctl("exec", "app", "--", "sh", "-c", "cat; exit " + code);
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (int i = 0; i < AT_ONCE; i++) {
            Nullctl.Result result = runs.get(i).join();
            assertThat(result.code()).as(result.errors()).isEqualTo(i);
        }
    }

    /** By script(1), which gives nullctl a terminal. */
    @Order(3)
    @Test
    void aProgramHasATerminal() throws Exception {
        List<String> words =
                new ArrayList<>(Nullctl.of(appliance.managementPort()).words());
        words.addAll(List.of("exec", "-it", "app", "--", "sh", "-c", "'stty size; tty; exit 5'"));
        Process process = new ProcessBuilder(
                        "script", "-qec", "stty rows 33 cols 111; " + String.join(" ", words), "/dev/null")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(5);
        assertThat(said).contains("33 111").contains("/dev/pts/");
    }

    private String bash(String script) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        bash.getOutputStream().close();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said;
    }

    @Order(3)
    @Test
    void filesGoIntoTheGuestAndComeBack() throws Exception {
        String ctl = String.join(" ", Nullctl.of(appliance.managementPort()).words());
        bash("mkdir -p tree/sub; echo one >tree/a; head -c 300000 /dev/urandom >tree/sub/big; chmod 750 tree/sub;"
                + " ln -s a tree/link; ln -s /etc tree/absolute; ln tree/a tree/again; echo raw >tree/$'r\\xff'");
        int from = appliance.log().size();
        done("cp", directory.resolve("tree").toString(), "app:/srv/");
        assertThat(done(
                                "exec",
                                "-u",
                                "root",
                                "app",
                                "--",
                                "sh",
                                "-c",
                                "cd /srv/tree; cat a r*; readlink link; ls -ldn sub")
                        .output())
                .startsWith("one\nraw\na\ndrwxr-x---")
                .containsPattern(" 0 +0 ");
        done("cp", "app:/srv/tree", directory.resolve("back").toString());
        bash("diff -r --no-dereference tree back; test $(stat -c %a back/sub) = 750; test back/a -ef back/again");
        assertThat(bash("tar -c tree | " + ctl + " cp - app:/tmp; " + ctl + " cp app:/tmp/tree/. - | tar -t"))
                .contains("./sub/big\n", "./link\n");
        done("cp", "app:/tmp/tree/a", directory.resolve("file").toString());
        assertThat(Files.readString(directory.resolve("file"))).isEqualTo("one\n");
        Nullctl.Result none = ctl("cp", "app:/no/file", directory.toString());
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.errors()).contains("COPY_FAILED", "/no/file: there is no such file");
        assertThat(ctl("cp", directory.resolve("file").toString(), "app:/no/").errors())
                .contains("/no/: it is no directory");
        assertThat(appliance.log().all().stream().skip(from).filter(event -> event.is("agent.copied", "agent", "app")))
                .hasSize(7)
                .first()
                .satisfies(event -> assertThat(event.text("guest_path")).isEqualTo("/srv/"));
    }

    /** By the JDK's own client, from a server in the guest that listens on its loopback address alone. */
    @Order(3)
    @Test
    void aPortLeadsIntoTheGuest() throws Exception {
        done(
                "exec",
                "-u",
                "root",
                "app",
                "--",
                "sh",
                "-c",
                "mkdir -p /tmp/web; head -c 300000 /dev/zero | tr '\\0' x >/tmp/web/big;"
                        + " /bin/busybox httpd -p 127.0.0.1:8000 -h /tmp/web");
        List<String> words =
                new ArrayList<>(Nullctl.of(appliance.managementPort()).words());
        words.addAll(List.of("port-forward", "app", "0:8000", "0:8001"));
        Process forwarding = new ProcessBuilder(words).start();
        try (BufferedReader lines = forwarding.inputReader(StandardCharsets.UTF_8)) {
            String open = lines.readLine().replaceAll(" leads to port 8000 of app", "");
            String shut = lines.readLine().replaceAll(" leads to port 8001 of app", "");
            assertThat(open).matches("127\\.0\\.0\\.1:[0-9]+");
            try (InputStream big = URI.create("http://" + open + "/big").toURL().openStream()) {
                assertThat(new String(big.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("x".repeat(300_000));
            }
            assertThatThrownBy(() -> URI.create("http://" + shut + "/")
                            .toURL()
                            .openStream()
                            .close())
                    .isInstanceOf(IOException.class);
            assertThat(forwarding.errorReader(StandardCharsets.UTF_8).readLine())
                    .contains("a connection to port 8001 of app failed", "ECONNREFUSED");
        } finally {
            forwarding.destroy();
        }
        assertThat(appliance.log().all())
                .anyMatch(event -> event.is("agent.dialled", "agent", "app") && event.number("port") == 8000);
    }

    @Order(4)
    @Test
    void aNewVersionIsTakenByTheNextStartAndCanBeTakenBack() throws Exception {
        ImageArchive two = ImageArchive.saying("two", directory.resolve("two"));
        assertThat(done("agent", "add", "app", two.layout().toString()).output())
                .contains("version 2");
        int restarted = appliance.log().size();
        done("restart", "app");
        awaitLine(restarted, "app", "says two hello 1000 /srv");
        done("agent", "rollback", "app");
        int back = appliance.log().size();
        done("restart", "app");
        awaitLine(back, "app", "says one hello 1000 /srv");
        assertThat(done("agent", "versions", "app").output()).contains("1", "2");
    }

    /** Images of the store and what they take; free bytes change by themselves. */
    private String images() throws IOException, InterruptedException {
        String room = done("df", "--json").output();
        return room.substring(room.indexOf("\"images\""));
    }

    @Order(5)
    @Test
    void anEndIsWaitedForAndAllIsTold() throws Exception {
        assertThat(done("inspect", "twin").output())
                .contains("\"state\":\"running\"", "\"restart_policy\":\"never\"", "\"address\":\"10.221.")
                .contains("max_memory_mb", "/bin/sh");
        String ended = Nullctl.of(appliance.managementPort())
                .follow(
                        List.of("events", "-w", "-n", "1", "twin", "--kind", "agent.started", "--kind", "agent.exited"),
                        () -> {
                            CompletableFuture<Nullctl.Result> wait = CompletableFuture.supplyAsync(() -> {
                                try {
                                    return ctl("wait", "twin");
                                } catch (IOException | InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            });
                            done("kill", "twin");
                            assertThat(wait.join()).isEqualTo(new Nullctl.Result(137, "137\n", ""));
                        },
                        line -> line.contains("agent.exited"));
        assertThat(ended).contains("agent=twin", "signal=9");
        assertThat(ctl("wait", "twin").code()).isEqualTo(137);
        assertThat(done("inspect", "twin").output()).contains("\"how\":\"signalled\"");
        assertThat(done("events", "app", "--kind", "agent.copied", "-n", "1", "--json")
                        .output())
                .contains("\"guest_path\":\"/no/\"");
    }

    @Order(5)
    @Test
    void anArchiveThatIsCutLeavesNothing() throws Exception {
        byte[] whole = Files.readAllBytes(directory.resolve("one.tar"));
        Path cut = Files.write(directory.resolve("cut.tar"), Arrays.copyOf(whole, whole.length / 2));
        String before = images();
        Nullctl.Result refused = ctl("agent", "add", "cut", cut.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.errors()).contains("IMPORT_");
        assertThat(images()).isEqualTo(before);
        assertThat(done("agents").output()).doesNotContain("cut");
    }

    @Order(6)
    @Test
    void aRemovedAgentIsGoneAndItsNameFree() throws Exception {
        Nullctl.Result running = ctl("agent", "remove", "app");
        assertThat(running.code()).isEqualTo(1);
        assertThat(running.errors()).contains("AGENT_RUNS");
        done("stop", "app");
        done("agent", "remove", "app", "--purge");
        assertThat(done("agents").output()).doesNotContain("app");
        done("agent", "prune");
        int from = appliance.log().size();
        done("agent", "add", "app", one.layout().toString());
        awaitLine(from, "app", "says one hello 1000 /srv");
    }
}
