package dev.nullbox.manifest.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.manifest.Command;
import dev.nullbox.manifest.CpuPercent;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.manifest.GuestPath;
import dev.nullbox.manifest.GuestText;
import dev.nullbox.manifest.GuestUser;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult.Invalid;
import dev.nullbox.manifest.ManifestResult.Valid;
import dev.nullbox.manifest.MemoryMib;
import dev.nullbox.manifest.MountPath;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.RestartPolicy;
import dev.nullbox.manifest.RootMode;
import dev.nullbox.manifest.SecretRule;
import dev.nullbox.manifest.StartMode;
import dev.nullbox.manifest.StopSignal;
import dev.nullbox.manifest.ToolRisk;
import dev.nullbox.manifest.network.DomainName;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
    private static final String MINIMAL = """
            [agent]
            name = "hello"
            command = ["/bin/hello"]
            """;

    private static final String FULL = """
            # All keys at once.
            [agent]
            name = "researcher"
            version = "1.2.3"
            runtime = "binary"
            command = ["/bin/agent", "--flag", "a word"] # the program
            restart = "always"
            start = "manual"
            user = "app:1000"
            workdir = "/srv/app"
            stop_secs = 30
            stop_signal = "SIGINT"

            [agent.env]
            LANG = "C.UTF-8"
            MAX_TOKENS = '4096'

            [capabilities]
            max_cpu_percent = 150
            max_memory_mb = 1_024
            credential_refs = [
              { name = "OPENAI_KEY", version = 3, host = "API.openai.com", reads = 2, ttl_secs = 600, deliver = "fetch" },
              { name = "OTHER" }, # all else as without a table
            ]
            shell = false
            accelerator = "none"
            max_api_calls_per_hour = 0

            [capabilities.network]
            allow = [
              "API.openai.com",
              "httpbin.org:8443",
              "192.0.2.7", # TEST-NET
              "10.1.2.3:80",
              "[2001:db8::1]:22",
            ]

            [capabilities.filesystem]
            root = "persistent"
            max_mb = 2_048
            volume_mb = 512
            read = ["/data/input"]
            write = ["/data/output"]

            [capabilities.memory]
            read = ["team/research/*", "researcher/*"]
            write = ["researcher/notes"]
            max_mb = 8
            max_writes_per_minute = 30

            [capabilities.health_check]
            port = 8080
            path = "/health"
            interval_secs = 10
            max_failures = 5

            [tools.web_search]
            risk = "low"
            """;

    static Manifest valid(String toml) {
        return switch (ManifestReader.read(toml)) {
            case Valid(var manifest) -> manifest;
            case Invalid(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    static List<Problem> problems(String toml) {
        return switch (ManifestReader.read(toml)) {
            case Valid(var manifest) -> throw new AssertionError("accepted: " + manifest);
            case Invalid(var problems) -> problems;
        };
    }

    private static List<String> paths(String toml) {
        return problems(toml).stream().map(Problem::fieldPath).toList();
    }

    @Test
    void keepsEveryKey() throws Exception {
        Manifest manifest = valid(FULL);
        assertThat(manifest.agent())
                .isEqualTo(new Manifest.Agent(
                        new AgentName("researcher"),
                        "1.2.3",
                        new Command(List.of("/bin/agent", "--flag", "a word")),
                        RestartPolicy.ALWAYS,
                        StartMode.MANUAL,
                        Map.of(new EnvName("LANG"), "C.UTF-8", new EnvName("MAX_TOKENS"), "4096"),
                        Optional.of(new GuestUser("app:1000")),
                        Optional.of(new GuestPath("/srv/app")),
                        30,
                        StopSignal.SIGINT,
                        16,
                        30));
        assertThat(manifest.capabilities())
                .isEqualTo(new Manifest.Capabilities(
                        new CpuPercent(150),
                        new MemoryMib(1024),
                        List.of(
                                new CredentialRef(
                                        new SecretName("OPENAI_KEY"),
                                        Optional.of(3),
                                        Optional.of("api.openai.com"),
                                        Optional.of(2),
                                        Optional.of(Duration.ofMinutes(10)),
                                        Delivery.FETCH),
                                CredentialRef.plain(new SecretName("OTHER"))),
                        new Manifest.Network(
                                List.of(
                                        new NameTarget(new DomainName("api.openai.com"), 443),
                                        new NameTarget(new DomainName("httpbin.org"), 8443),
                                        new AddressTarget(
                                                InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 443),
                                        new AddressTarget(InetAddress.getByAddress(new byte[] {10, 1, 2, 3}), 80),
                                        new AddressTarget(InetAddress.ofLiteral("2001:db8::1"), 22)),
                                List.of()),
                        new Manifest.Filesystem(
                                RootMode.PERSISTENT,
                                2_048,
                                512,
                                List.of(new MountPath(new GuestPath("/data/input"))),
                                List.of(new MountPath(new GuestPath("/data/output")))),
                        new Manifest.Memory(
                                List.of(new KeyPattern("team/research/*"), new KeyPattern("researcher/*")),
                                List.of(new KeyPattern("researcher/notes")),
                                8,
                                30),
                        Optional.of(new HealthCheck.Http(8080, "/health", Duration.ofSeconds(10), 5))));
        assertThat(manifest.tools()).isEqualTo(Map.of("web_search", ToolRisk.LOW));
    }

    @Test
    void absentKeysMeanTheLeast() {
        Manifest manifest = valid(MINIMAL);
        assertThat(manifest.agent().version()).isEqualTo("0.0.0");
        assertThat(manifest.agent().restart()).isEqualTo(RestartPolicy.ON_FAILURE);
        assertThat(manifest.agent().start()).isEqualTo(StartMode.AUTO);
        assertThat(manifest.agent().env()).isEmpty();
        assertThat(manifest.agent().user()).isEmpty();
        assertThat(manifest.agent().workdir()).isEmpty();
        assertThat(manifest.agent().stopSecs()).isEqualTo(10);
        assertThat(manifest.agent().stopSignal()).isEqualTo(StopSignal.SIGTERM);
        assertThat(manifest.capabilities())
                .isEqualTo(new Manifest.Capabilities(
                        new CpuPercent(25),
                        new MemoryMib(256),
                        List.of(),
                        new Manifest.Network(List.of(), List.of()),
                        new Manifest.Filesystem(RootMode.EPHEMERAL, 1_024, 1_024, List.of(), List.of()),
                        new Manifest.Memory(
                                List.of(new KeyPattern("hello/*")), List.of(new KeyPattern("hello/*")), 64, 600),
                        Optional.empty()));
        assertThat(manifest.tools()).isEmpty();
    }

    @Test
    void reportsAllProblemsAtOnce() {
        assertThat(paths("""
                        flavour = "mint"
                        [agent]
                        name = "../vault"
                        runtime = "python"
                        restart = 7
                        colour = "red"
                        [agent.env]
                        OPENAI_KEY = "x"
                        [capabilities]
                        max_memory_mb = 32
                        max_cpu_percent = 0
                        shell = true
                        [capabilities.network]
                        allow = ["ok.example:443", "*.example", "ok.example"]
                        """))
                .containsExactlyInAnyOrder(
                        "flavour",
                        "agent.colour",
                        "agent.command",
                        "agent.restart",
                        "agent.name",
                        "agent.runtime",
                        "agent.env.OPENAI_KEY",
                        "capabilities.max_cpu_percent",
                        "capabilities.max_memory_mb",
                        "capabilities.shell",
                        "capabilities.network.allow[1]",
                        "capabilities.network.allow[2]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name = ''                                   | agent.name",
                "name = '-x'                                 | agent.name",
                "name = 'a b'                                | agent.name",
                "name = 'a/b'                                | agent.name",
                "name = 'abcdefghijklmnopqrstuvwxyz0123456'  | agent.name",
                "name = 3                                    | agent.name",
                "version = ''                                | agent.version",
                "version = '1 2'                             | agent.version",
                "runtime = 'python'                          | agent.runtime",
                "command = []                                | agent.command",
                "command = ['']                              | agent.command",
                "command = ['', '/bin/x']                    | agent.command",
                "command = ['/bin/x', 3]                     | line 3",
                "command = [1, 2]                            | agent.command",
                "command = '/bin/x'                          | agent.command",
                "restart = 'sometimes'                       | agent.restart",
                "start = true                                | agent.start",
                "user = ''                                   | agent.user",
                "user = 'a b'                                | agent.user",
                "user = '-a'                                 | agent.user",
                "user = '1a'                                 | agent.user",
                "user = 'a:'                                 | agent.user",
                "user = ':a'                                 | agent.user",
                "user = 'a:b:c'                              | agent.user",
                "user = '4294967295'                         | agent.user",
                "user = '99999999999999999999'               | agent.user",
                "user = 0                                    | agent.user",
                "workdir = 'srv'                             | agent.workdir",
                "workdir = '/srv/'                           | agent.workdir",
                "workdir = '/srv/../x'                       | agent.workdir",
                "workdir = ''                                | agent.workdir",
                "log_mb = 0                                  | agent.log_mb",
                "log_mb = 1025                               | agent.log_mb",
                "log_days = 0                                | agent.log_days",
                "log_days = 3651                             | agent.log_days",
                "stop_secs = -1                              | agent.stop_secs",
                "stop_secs = 301                             | agent.stop_secs",
                "stop_signal = 'TERM'                        | agent.stop_signal",
                "stop_signal = 'sigterm'                     | agent.stop_signal",
                "stop_signal = 15                            | agent.stop_signal",
                "env = { NULLBOX_AGENT = 'x' }               | agent.env.NULLBOX_AGENT",
                "env = { db_password = 'x' }                 | agent.env.db_password",
                "env = { A = 1 }                             | agent.env.A",
                "env = 'A=1'                                 | agent.env",
            })
    void refusesInAgent(String line, String path) {
        String key = line.substring(0, line.indexOf(' '));
        String kept =
                MINIMAL.lines().filter(kind -> !kind.startsWith(key + " ")).reduce("", (a, b) -> a + b + "\n");
        assertThat(paths(kept + line)).containsExactly(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[capabilities]|max_cpu_percent = 0|capabilities.max_cpu_percent",
                "[capabilities]|max_cpu_percent = 6401|capabilities.max_cpu_percent",
                "[capabilities]|max_cpu_percent = 2.5|capabilities.max_cpu_percent",
                "[capabilities]|max_memory_mb = 63|capabilities.max_memory_mb",
                "[capabilities]|max_memory_mb = 65537|capabilities.max_memory_mb",
                "[capabilities]|max_memory_mb = 4294967360|capabilities.max_memory_mb",
                "[capabilities]|credential_refs = ['a-b']|capabilities.credential_refs[0]",
                "[capabilities]|credential_refs = ['A', 'A']|capabilities.credential_refs[1]",
                "[capabilities]|credential_refs = [1]|capabilities.credential_refs",
                "[capabilities]|credential_refs = [{}]|capabilities.credential_refs[0].name",
                "[capabilities]|credential_refs = [{name = 'a-b'}]|capabilities.credential_refs[0].name",
                "[capabilities]|credential_refs = [{name = 1}]|capabilities.credential_refs[0].name",
                "[capabilities]|credential_refs = [{name = 'A'}, {name = 'A'}]|capabilities.credential_refs[1].name",
                "[capabilities]|credential_refs = [{name = 'A', nam = 1}]|capabilities.credential_refs[0].nam",
                "[capabilities]|credential_refs = [{name = 'A', version = 0}]|capabilities.credential_refs[0].version",
                "[capabilities]|credential_refs = [{name = 'A', host = 'x.example'}]|capabilities.credential_refs[0].host",
                "[capabilities]|credential_refs = [{name = 'A', host = 'x.example:443'}]|capabilities.credential_refs[0].host",
                "[capabilities]|credential_refs = [{name = 'A', ttl_secs = 31536001}]|capabilities.credential_refs[0].ttl_secs",
                "[capabilities]|credential_refs = [{name = 'A', deliver = 'env'}]|capabilities.credential_refs[0].deliver",
                "[capabilities]|credential_refs = [{name = 'A', deliver = 'fetch', reads = 0}]|capabilities.credential_refs[0].reads",
                "[capabilities]|credential_refs = [{name = 'A', reads = 1}]|capabilities.credential_refs[0]",
                "[capabilities.memory]|read = 'a/*'|capabilities.memory.read",
                "[capabilities.memory]|read = ['*']|capabilities.memory.read[0]",
                "[capabilities.memory]|read = ['a']|capabilities.memory.read[0]",
                "[capabilities.memory]|read = ['a/*', 'a/*']|capabilities.memory.read[1]",
                "[capabilities.memory]|write = ['/a']|capabilities.memory.write[0]",
                "[capabilities.memory]|write = ['a/']|capabilities.memory.write[0]",
                "[capabilities.memory]|write = ['a/*/b']|capabilities.memory.write[0]",
                "[capabilities.memory]|write = ['a/b*']|capabilities.memory.write[0]",
                "[capabilities.memory]|write = ['a.b/c']|capabilities.memory.write[0]",
                "[capabilities.memory]|write = ['a/b c']|capabilities.memory.write[0]",
                "[capabilities.memory]|max_mb = 0|capabilities.memory.max_mb",
                "[capabilities.memory]|max_writes_per_minute = 1000001|capabilities.memory.max_writes_per_minute",
                "[capabilities.memory]|quota = 1|capabilities.memory.quota",
                "[capabilities]|shell = true|capabilities.shell",
                "[capabilities]|shell = 'no'|capabilities.shell",
                "[capabilities]|accelerator = 'gpu'|capabilities.accelerator",
                "[capabilities]|max_api_calls_per_hour = 10|capabilities.max_api_calls_per_hour",
                "[capabilities]|network = ['x.example']|capabilities.network",
                "[capabilities.network]|deny = []|capabilities.network.deny",
                "[capabilities.filesystem]|read = ['/']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['/proc/1']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['/../vault']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['/a//b']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['/a/']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['data']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|read = ['/etc']|capabilities.filesystem.read[0]",
                "[capabilities.filesystem]|write = ['/usr/lib']|capabilities.filesystem.write[0]",
                "[capabilities.filesystem]|write = ['/run/secrets']|capabilities.filesystem.write[0]",
                "[capabilities.filesystem]|write = ['/var/run/x']|capabilities.filesystem.write[0]",
                "[capabilities.filesystem]|write = ['/dev/shm']|capabilities.filesystem.write[0]",
                "[capabilities.filesystem]|root = 'none'|capabilities.filesystem.root",
                "[capabilities.filesystem]|root = true|capabilities.filesystem.root",
                "[capabilities.filesystem]|max_mb = 63|capabilities.filesystem.max_mb",
                "[capabilities.filesystem]|max_mb = 1_048_577|capabilities.filesystem.max_mb",
                "[capabilities.filesystem]|volume_mb = 63|capabilities.filesystem.volume_mb",
                "[capabilities.filesystem]|volume_mb = 1_048_577|capabilities.filesystem.volume_mb",
                "[capabilities.health_check]|path = '/x'|capabilities.health_check",
                "[capabilities.health_check]|command = []|capabilities.health_check.command",
                "[capabilities.health_check]|command = '/bin/x'|capabilities.health_check.command",
                "[capabilities.health_check]|port = 0|capabilities.health_check.port",
                "[tools.x]|risk = 'none'|tools.x.risk",
                "[tools.x]|harm = 'low'|tools.x.risk",
            })
    void refusesInCapabilitiesAndTools(String table, String line, String path) {
        assertThat(paths(MINIMAL + table + "\n" + line)).contains(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example",
                "*",
                "*.com",
                "*.",
                "*example.com",
                "a.*.example.com",
                "example.com:53/sctp",
                "example.com/udp:53",
                "example.com.",
                "straße.example",
                "a..example",
                "-a.example",
                "a-.example",
                "example.com:0",
                "example.com:65536",
                "example.com:",
                "example.com:080",
                "example.com:+80",
                "example.com:443:1",
                "https://example.com",
                "1.2.3",
                "1.2.3.256",
                "1.2.3.04",
                "0x7f.1",
                "2130706433",
                "127.0.0.1",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "2001:db8::1",
                "[2001:db8::1",
                "[2001:db8::1]443",
                "[::1]",
                "[::]",
                "[ff02::1]",
                "[fe80::1]",
                "[fe80::1%eth0]",
                "[::ffff:10.0.0.1]",
                "[10.0.0.1]",
                "[]",
                "under_score.example",
                " example.com",
                "example.com ",
                "user@example.com",
                "1.2.3.4.5",
                "example.4"
            })
    void refusesAsNetworkTarget(String entry) {
        assertThat(paths(MINIMAL + "[capabilities.network]\nallow = ['a.example', '" + entry + "']"))
                .containsExactly("capabilities.network.allow[1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com:443",
                "*.example.com:443",
                "time.example.com:123/udp",
                "*.b.example.com:53/udp",
                "192.0.2.7:123/udp",
                "xn--bcher-kva.example:1",
                "a-b.example:65535",
                "169.254.169.254:80",
                "192.168.0.1:22",
                "[2001:db8:0:0:0:0:0:1]:443",
                "[fd00:ec2:0:0:0:0:0:254]:80"
            })
    void networkTargetsReadBack(String entry) {
        assertThat(NetworkTarget.parse(entry).text()).isEqualTo(entry);
    }

    @Test
    void aPathStandsInReadOrInWrite() {
        assertThat(paths(MINIMAL + "[capabilities.filesystem]\nread = ['/a']\nwrite = ['/a']"))
                .containsExactly("capabilities.filesystem.write");
    }

    @Test
    void theReadOnlyDiskHasNoPlaceForTheVolume() {
        String filesystem = MINIMAL + "[capabilities.filesystem]\n";
        assertThat(paths(filesystem + "read = ['/a']\nwrite = ['/a/c', '/ab']"))
                .containsExactly("capabilities.filesystem.write");
        assertThat(valid(filesystem + "read = ['/a/b', '/r', '/r/s']\nwrite = ['/a', '/a/c']")
                        .capabilities()
                        .filesystem()
                        .write())
                .hasSize(2);
    }

    @Test
    void aHealthCheckAsksInOneWay() {
        String check = MINIMAL + "[capabilities.health_check]\n";
        assertThat(valid(check + "command = ['/bin/check', '-v']\ninterval_secs = 5\nmax_failures = 2")
                        .capabilities()
                        .healthCheck())
                .contains(new HealthCheck.Exec(new Command(List.of("/bin/check", "-v")), Duration.ofSeconds(5), 2));
        assertThat(paths(check + "port = 80\ncommand = ['/bin/check']")).containsExactly("capabilities.health_check");
        assertThat(paths(check + "command = ['/bin/check']\npath = '/'"))
                .containsExactly("capabilities.health_check.path");
        assertThat(paths(check + "port = 0\ncommand = ['/bin/check']"))
                .containsExactly("capabilities.health_check.port", "capabilities.health_check");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "0", "www-data", "_apt:nogroup", "1000:1000", "4294967294", "a.b:0"})
    void aUserIsANameOrANumber(String user) {
        assertThat(valid(MINIMAL + "user = '" + user + "'").agent().user().map(GuestUser::value))
                .contains(user);
    }

    @Test
    void aSecretIsNoEnvironmentVariable() {
        assertThat(paths(MINIMAL + "[agent.env]\nSORTED = 'x'\n[capabilities]\ncredential_refs = ['SORTED']"))
                .containsExactly("agent.env.SORTED");
    }

    @Test
    void aSecretInATableIsNoEnvironmentVariableEither() {
        assertThat(paths(MINIMAL + "[agent.env]\nSORTED = 'x'\n[capabilities]\ncredential_refs = [{name = 'SORTED'}]"))
                .containsExactly("agent.env.SORTED");
    }

    @Test
    void reportsAllProblemsOfAllReferencesAtOnce() {
        assertThat(paths(MINIMAL + """
                        [capabilities]
                        credential_refs = [
                          { name = "1", version = 0 },
                          { ttl_secs = 0 },
                          { name = "C", deliver = "mail", colour = "red" },
                        ]
                        """))
                .containsExactlyInAnyOrder(
                        "capabilities.credential_refs[0].name",
                        "capabilities.credential_refs[0].version",
                        "capabilities.credential_refs[1].name",
                        "capabilities.credential_refs[1].ttl_secs",
                        "capabilities.credential_refs[2].deliver",
                        "capabilities.credential_refs[2].colour");
    }

    @Test
    void boundsTheReferences() {
        String refs = "{ name = 'A' },".repeat(65);
        assertThat(paths(MINIMAL + "[capabilities]\ncredential_refs = [" + refs + "]"))
                .contains("capabilities.credential_refs");
    }

    @Test
    void anEmptyListOfKeysIsNoKeyAtAll() {
        Manifest.Memory memory = valid(MINIMAL + "[capabilities.memory]\nread = []\nmax_mb = 1")
                .capabilities()
                .memory();
        assertThat(memory).isEqualTo(new Manifest.Memory(List.of(), List.of(new KeyPattern("hello/*")), 1, 600));
    }

    @Test
    void wordsAreAnyText() {
        List<String> words = List.of("agent", "", "--", "-", "\u00e9\ud83d\ude00 \"it's\"", "\t", "a=b", "init=/x");
        String toml = MINIMAL.replace(
                "[\"/bin/hello\"]",
                "['agent', '', '--', '-', " + "\"\u00e9\ud83d\ude00 \\\"it's\\\"\", '\t', 'a=b', 'init=/x']");
        assertThat(valid(toml).agent().command().words()).isEqualTo(words);
    }

    @Test
    void namesOfVariablesMeanNothingToAKernel() {
        assertThat(valid(MINIMAL + """
                        [agent.env]
                        init = '/bin/sh'
                        mem = '1M'
                        panic = '1'
                        root = '/dev/vda'
                        KRUN_INIT = 'x'
                        1 = ''
                        a-b = '\u00e9'
                        """).agent().env()).hasSize(7).containsEntry(new EnvName("init"), "/bin/sh");
        assertThatThrownBy(() -> new EnvName("")).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new EnvName("a=b")).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new EnvName("a\0")).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void boundsWordsAndVariables() {
        String most = "x".repeat(GuestText.MAX_BYTES);
        String env = "[agent.env]\nA = '%s'\n";
        assertThat(valid(command(most)).agent().command().arguments()).containsExactly(most);
        assertThat(problems(command(most + "x")).toString())
                .contains("agent.command", "word 2", " 131072 bytes", "at most 131071");
        assertThat(problems(command("\u00e9".repeat(65_536))).toString()).contains(" 131072 bytes");
        assertThat(valid(MINIMAL + env.formatted(most.substring(2))).agent().env())
                .hasSize(1);
        assertThat(problems(MINIMAL + env.formatted(most.substring(1))).toString())
                .contains("agent.env.A", " 131072 bytes", "at most 131071");
        assertThatThrownBy(() -> new Command(List.of("x", "a\0b"))).hasMessageContaining("word 2");
    }

    @Test
    void boundsHowManyThereAre() {
        assertThat(valid(command("', '".repeat(1_022))).agent().command().words())
                .hasSize(1_024);
        assertThat(problems(command("', '".repeat(1_023))).toString()).contains("1025 elements", "1 to 1024");
        StringBuilder env = new StringBuilder(MINIMAL + "[agent.env]\n");
        for (int i = 0; i < 4_096; i++) {
            env.append('v').append(i).append(" = ''\n");
        }
        assertThat(valid(env.toString()).agent().env()).hasSize(4_096);
        assertThat(problems(env + "more = ''").toString()).contains("agent.env", "4097 entries", "at most 4096");
    }

    @Test
    void boundsAllWordsTogether() {
        String long15 = ("x".repeat(130_000) + "', '").repeat(15);
        assertThat(valid(command(long15)).agent().command().words()).hasSize(17);
        assertThat(problems(command(long15 + "x".repeat(82_000))).toString())
                .contains("agent.command", "takes 2032", "within 2031616");
    }

    @Test
    void anyNameOfAVariableCanBeWritten() {
        String env = MINIMAL + "[agent.env]\n";
        assertThat(valid(env + "'npm_config_@a:registry' = 'x'\n\"\\u00e9.b\" = 'y'")
                        .agent()
                        .env())
                .isEqualTo(Map.of(new EnvName("npm_config_@a:registry"), "x", new EnvName("\u00e9.b"), "y"));
        assertThat(paths(env + "'' = 'x'\n'a=b' = 'x'\n\"a\\nb\" = 'x'\n'a\"\\' = 1\n'\u00e9_token' = 'x'"))
                .containsExactlyInAnyOrder(
                        "agent.env.\"\"",
                        "agent.env.\"a=b\"",
                        "agent.env.\"a\\u000ab\"",
                        "agent.env.\"a\\\"\\\\\"",
                        "agent.env.\"\\u00e9_token\"");
    }

    @Test
    void aNameInQuotesIsNotTheKeysBelowIt() {
        assertThat(paths(MINIMAL + "'env.A' = 'x'\n[\"tools.x\"]\nrisk = 'low'"))
                .containsExactlyInAnyOrder("agent.\"env.A\"", "\"tools.x\"");
    }

    @Test
    void keysMayBeDotted() {
        Manifest manifest = valid("""
                agent.name = "hello"
                agent."command" = ["/bin/sh", "-c", '''
                echo "$1"
                ''', "C:\\\\dir"]
                [capabilities]
                filesystem.root = "read-only"
                health_check.command = ["check"]
                """);
        assertThat(manifest.agent().command().words()).containsExactly("/bin/sh", "-c", "echo \"$1\"\n", "C:\\dir");
        assertThat(manifest.capabilities().filesystem().root()).isEqualTo(RootMode.READ_ONLY);
        assertThat(manifest.capabilities().healthCheck()).isPresent();
    }

    @Test
    void countsTheProblemsBeyondTheFirstHundred() {
        StringBuilder toml = new StringBuilder(MINIMAL);
        for (int i = 0; i < 150; i++) {
            toml.append('k').append(i).append(" = 1\n");
        }
        assertThat(problems(toml.toString()))
                .hasSize(101)
                .last()
                .isEqualTo(new Problem("file", "has 50 more problems", "fix these first"));
    }

    private static String command(String second) {
        return MINIMAL.replace("[\"/bin/hello\"]", "['/bin/hello', '" + second + "']");
    }

    @Test
    void boundsTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("AGENT.toml");
        Files.writeString(file, MINIMAL + "#".repeat(ManifestReader.MAX_BYTES - MINIMAL.length()));
        assertThat(ManifestReader.read(file)).isInstanceOf(Valid.class);
        Files.writeString(file, MINIMAL + "#".repeat(ManifestReader.MAX_BYTES - MINIMAL.length() + 1));
        assertThat(ManifestReader.read(file)).isInstanceOf(Invalid.class);
        Files.write(file, "# \u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(ManifestReader.read(file)).isInstanceOf(Invalid.class);
    }

    @Test
    void remediesNameTheSchemasBounds() {
        assertThat(problems(MINIMAL + """
                        restart = "sometimes"
                        [capabilities]
                        max_memory_mb = 63
                        accelerator = "gpu"
                        [capabilities.health_check]
                        """))
                .containsExactlyInAnyOrder(
                        new Problem(
                                "agent.restart",
                                "\"sometimes\" is not a choice",
                                "use one of never, on-failure, always"),
                        new Problem("capabilities.max_memory_mb", "63 is out of bounds", "use 64 to 65536 MiB"),
                        new Problem(
                                "capabilities.accelerator",
                                "\"gpu\" is not supported: no accelerator is passed to agents yet",
                                "leave it out"),
                        new Problem(
                                "capabilities.health_check",
                                "has neither port nor command",
                                "use one: port to ask by HTTP, or command to run a program in the guest"));
    }

    @Test
    void aSecretStandsOnceAndReadsAreOfWhatIsFetched() {
        assertThat(paths(MINIMAL + """
                        [capabilities]
                        credential_refs = [
                          { name = "A", reads = 1, deliver = "mail" },
                          { name = "B", reads = 1 },
                          { name = "B", version = 0 },
                        ]
                        """))
                .containsExactlyInAnyOrder(
                        "capabilities.credential_refs[0].deliver",
                        "capabilities.credential_refs[1]",
                        "capabilities.credential_refs[2].name",
                        "capabilities.credential_refs[2].version");
    }

    @Test
    void anEmptyFileLacksItsAgent() {
        assertThat(paths("")).containsExactly("agent");
    }

    @Test
    void doesNotEchoHostileText() {
        assertThat(problems(MINIMAL.replace("hello\"", "h\u009b\u202e" + "y".repeat(5_000) + "\""))
                        .toString())
                .hasSizeLessThan(600)
                .matches("\\p{ASCII}*");
    }

    private static List<String> allowed(String allow) {
        return valid(MINIMAL + "[capabilities.network]\nallow = " + allow).capabilities().network().allow().stream()
                .map(NetworkTarget::text)
                .toList();
    }

    @Test
    void placesAreStringsAndTablesBesideEachOther() {
        assertThat(
                        allowed(
                                "['a.example', { host = 'git.corp.example:22', to = ['10.1.0.0/16', '10.3.2.1'] }, '10.1.2.3:80']"))
                .containsExactly("a.example:443", "10.1.2.3:80", "git.corp.example:22 to 10.1.0.0/16,10.3.2.1");
        assertThat(allowed("[{ host = 'a.example' }, 'b.example']")).hasSize(2);
        assertThat(allowed("[{ host = '*.corp.example', to = ['10.0.0.0/8'] }]"))
                .containsExactly("*.corp.example:443 to 10.0.0.0/8");
        assertThat(allowed("[{ host = 'a.example', kind = 'raw' }, { host = 'b.example:8443', kind = 'tls' }, "
                        + "{ host = 'c.example:80', kind = 'http' }]"))
                .containsExactly("a.example:443 as raw", "b.example:8443 as tls", "c.example:80");
    }

    @Test
    void aSecretStandsBesideAHost() {
        Manifest.Network network = valid(MINIMAL + """
                        [capabilities.network]
                        allow = ["a.example",
                            { host = "a.example", secret = "KEY", as = "bearer", prefix = "sk-" },
                            { host = "a.example", secret = "ORG", as = "header:X-Org", env = "ORGANISATION" },
                            { host = "b.example:8443", secret = "KEY", as = "basic", prefix = "sk-" }]
                        """).capabilities().network();
        assertThat(network.allow().stream().map(NetworkTarget::text))
                .containsExactly("a.example:443", "b.example:8443 as tls");
        NameTarget host = new NameTarget(new DomainName("a.example"), 443);
        assertThat(network.secrets())
                .startsWith(
                        new SecretRule(host, new SecretName("KEY"), SecretForm.BEARER, "KEY", "sk-", Optional.empty()),
                        new SecretRule(
                                host,
                                new SecretName("ORG"),
                                new SecretForm("header:X-Org"),
                                "ORGANISATION",
                                "",
                                Optional.empty()))
                .hasSize(3);
    }

    @Test
    void aSecretOfTheGateNeverEntersTheGuestToo() {
        String rule = "[capabilities.network]\nallow = [{ host = 'a.example', secret = 'KEY', as = 'bearer' }]";
        for (String refs : List.of("['KEY']", "[{ name = 'KEY' }]")) {
            assertThat(problems(MINIMAL + "[capabilities]\ncredential_refs = " + refs + "\n" + rule))
                    .singleElement()
                    .asString()
                    .contains("allow[0].secret", "also in capabilities.credential_refs", "name it in one of the two");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ host = 'a.example', methods = ['GET'] } | methods: is not supported: the gate does not hold it",
                "{ host = 'a.example', paths = ['/x'] } | paths: is not supported: the gate does not hold it",
                "{ host = 'a.example', secret = 'KEY' } | as: is missing beside secret",
                "{ host = 'a.example', as = 'bearer' } | as: stands without secret",
                "{ host = 'a.example', ca = 'x', secret = 'KEY', as = 'bearer' } | ca: holds no certificate",
                "{ host = 'a.example', secret = 'KEY', as = 'query' } | as: \"query\" is no place for a secret",
                "{ host = 'a.example', secret = 'KEY', as = 'header:Host' } | as: \"header:Host\" is no place for a secret",
                "{ host = '*.a.example', secret = 'KEY', as = 'bearer' } | \"*.a.example\", and is for one host",
                "{ host = '10.1.2.3', secret = 'KEY', as = 'bearer' } | no name that a certificate could prove",
                "{ host = 'a.example:80', kind = 'http', secret = 'KEY', as = 'bearer' } | goes over TLS alone",
                "{ host = 'a.example:443/udp', secret = 'KEY', as = 'bearer' } | goes over TLS alone",
                "{ host = 'a.example', secret = 'NULLBOX_X', as = 'bearer' } | no variable for a placeholder",
                "{ host = 'a.example', secret = 'KEY', as = 'bearer', env = 'SSL_CERT_FILE' } | env: \"SSL_CERT_FILE\" is no",
                "{ host = 'a.example', secret = 'KEY', as = 'bearer', prefix = 'a b' } | prefix: \"a b\" is no beginning",
                "{ host = 'a.example', secret = 'A', as = 'bearer', env = 'X' }, { host = 'b.example', secret = 'B', as = 'bearer', env = 'X' } | env: the variable X stands for another secret",
                "{ host = 'a.example', kind = 'smtp' } | kind: \"smtp\" is no kind of a name; use one of tls, http, raw",
                "{ host = '10.1.2.3', kind = 'raw' } | is no name, which alone has a kind",
                "{ host = 'a.example:53/udp', kind = 'tls' } | kind tls is not for UDP",
                "{ host = 'a.example', port = 1 } | port: is not a key of AGENT.toml",
                "{ to = ['10.0.0.0/8'] } | host: is missing",
                "{ host = 'a.example', to = [] } | to: has no good range",
                "{ host = 'a.example', to = ['10.0.0.1/8'] } | to[0]: 10.0.0.1/8 does not begin",
                "{ host = 'a.example', to = ['127.0.0.0/8'] } | allow[0]: 127.0.0.0/8 is not the address",
                "{ host = '10.1.2.3', to = ['10.0.0.0/8'] } | is no name, which alone has answers",
                "{ host = 'a.example' }, 'a.example' | occurs twice",
                "{ host = 'a.example' }, 7 | mixes elements",
            })
    void aTableOfAPlaceIsRefusedByItsKey(String entries, String problem) {
        assertThat(ManifestReader.read(MINIMAL + "[capabilities.network]\nallow = [" + entries + "]"))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .anySatisfy(
                                        found -> assertThat(found.toString()).contains(problem)));
    }
}
