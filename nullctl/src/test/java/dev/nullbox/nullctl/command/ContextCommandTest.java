package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlMain;
import dev.nullbox.nullctl.NullctlTestCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts as an operator of several appliances uses them. */
class ContextCommandTest extends NullctlTestCase {
    @TempDir
    private Path home = Path.of("");

    private final Map<String, String> environment = new HashMap<>();
    private String address = "";
    private String good = "";

    ContextCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    @BeforeEach
    void serve() throws Exception {
        environment.put("HOME", home.toString());
        address = "127.0.0.1:" + appliance().port();
        good = certificates().directory("good").toString();
        appliance().serve("cage", List.of(appliance().method("agent.start", _ -> json("{\"state\":\"starting\"}"))));
    }

    private int at(String... words) {
        return NullctlMain.run(io(environment), words);
    }

    @Test
    void theContextInUseIsDriven() throws Exception {
        assertThat(at("context", "add", "lab", "--address", address, "--credentials", good))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("context lab is " + address + ", and in use\n");
        assertThat(at("start", "hello")).as(err()).isZero();
        assertThat(at("context", "list", "--json")).isZero();
        assertThat(out())
                .contains("{\"name\":\"lab\",\"in_use\":true,\"address\":\"" + address + "\"")
                .contains("{\"name\":\"local\",\"in_use\":false,\"address\":\"127.0.0.1:7443\"");
        assertThat(at("context", "list", "-o", "name")).isZero();
        assertThat(out()).isEqualTo("lab\nlocal\n");
        assertThat(at("context", "list", "-o", "json")).isZero();
        assertThat(out()).startsWith("[{");
        assertThat(at("context", "list")).isZero();
        assertThat(out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(at("context", "list", "-o", "wide")).isZero();
        assertThat(out().lines()).hasSize(3).anyMatch(line -> line.endsWith(good));
        assertThat(at("context", "list", "-o", "yaml")).isEqualTo(2);
        assertThat(err()).contains("json, wide, name");
        assertThat(Files.getPosixFilePermissions(home.resolve(".config/nullbox/contexts.json")))
                .hasSize(2);
    }

    @Test
    void anotherIsChosenForOneCommand() {
        assertThat(at("context", "add", "lab", "--address", address, "--credentials", good))
                .isZero();
        assertThat(at("context", "add", "gone", "--address", "127.0.0.1:1", "--credentials", good))
                .isZero();
        assertThat(out()).isEqualTo("context gone is 127.0.0.1:1\n");
        assertThat(at("--context", "gone", "start", "hello")).isEqualTo(3);
        assertThat(err()).contains("127.0.0.1:1");
        assertThat(at("--context", "gone", "--address", address, "start", "hello"))
                .isZero();
        environment.put("NULLBOX_CONTEXT", "gone");
        assertThat(at("start", "hello")).isEqualTo(3);
        assertThat(at("--context", "lab", "start", "hello")).isZero();
    }

    @Test
    void aForgottenOneIsNotInUse() {
        assertThat(at("context", "add", "lab", "--address", address, "--credentials", good))
                .isZero();
        assertThat(at("context", "use", "local")).isZero();
        assertThat(at("context", "use", "lab")).isZero();
        assertThat(at("context", "remove", "lab")).isZero();
        assertThat(out()).isEqualTo("context lab is forgotten; local is in use\n");
        assertThat(at("context", "use", "lab")).isEqualTo(2);
        assertThat(err()).contains("there is no context 'lab'; there are local");
        assertThat(at("context", "remove", "local")).isEqualTo(2);
    }

    @Test
    void whatCannotBeUsedIsRefusedAndChangesNothing() {
        assertThat(at("context", "add", "local", "--address", address)).isEqualTo(2);
        assertThat(at("context", "add", "../x", "--address", address)).isEqualTo(2);
        assertThat(at("context", "add", "lab", "--address", "nonsense")).isEqualTo(2);
        assertThat(at("context", "add", "lab", "--address", address, "--credentials", home.toString()))
                .isEqualTo(2);
        assertThat(err()).contains(home.toString(), "client.p12");
        assertThat(home.resolve(".config")).doesNotExist();
    }

    @Test
    void aDamagedFileIsNamedAndOptionsStillWork() throws Exception {
        Path file = Files.createDirectories(home.resolve(".config/nullbox")).resolve("contexts.json");
        for (String text : List.of("", "[]", "{}", "{\"in_use\":1}", "{\"in_use\":\"x\",\"contexts\":{\"a\":{}}}")) {
            Files.writeString(file, text);
            assertThat(at("start", "hello")).isEqualTo(3);
            assertThat(err()).contains(file.toString(), "damaged", "--address");
            assertThat(at("--address", address, "--credentials", good, "start", "hello"))
                    .isZero();
        }
    }
}
