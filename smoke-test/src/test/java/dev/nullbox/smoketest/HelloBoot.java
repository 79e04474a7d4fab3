package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Boot of an image, and the tests that each image must pass: reach every checkpoint, and run the agent "hello" as it should. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class HelloBoot {
    private final Boot.Medium medium;
    private HelloAppliance booted;

    HelloBoot(Boot.Medium medium) {
        this.medium = medium;
    }

    @BeforeAll
    void boot() throws IOException {
        booted = HelloAppliance.start(medium, this::change);
    }

    /** The boot as the class wants it. */
    Boot change(Boot boot) {
        return boot;
    }

    @AfterAll
    void powerOff() throws IOException {
        booted.close();
    }

    HelloAppliance hello() {
        return booted;
    }

    static List<Checkpoint> checkpoints() {
        return Checkpoint.all();
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("checkpoints")
    void reachesCheckpoint(Checkpoint checkpoint) throws InterruptedException {
        booted.appliance().awaitEvent(checkpoint.event(), Appliance.LONG, checkpoint.what());
    }

    @Order(1)
    @Test
    void theAgentRunsUnderAKernelOfItsOwn() throws Exception {
        Event console = booted.appliance()
                .awaitEvent(
                        event -> event.is("agent.console", "agent", "hello")
                                && Checkpoint.GUEST_KERNEL
                                        .matcher(event.text("line"))
                                        .find(),
                        Appliance.LONG,
                        "hello to name its kernel");
        Matcher guest = Checkpoint.GUEST_KERNEL.matcher(console.text("line"));
        assertThat(guest.find()).isTrue();
        String host = booted.status().get("kernel").getAsString();
        assertThat(host).isNotEmpty();
        assertThat(guest.group(1)).isNotEqualTo(host);
    }

    @Order(2)
    @Test
    void theAgentFindsAllAsItsManifestSays() throws InterruptedException {
        booted.helloSucceeds(0);
    }

    @Order(3)
    @Test
    void theAllowedConnectionArrivesAndItsDeniedTwinDoesNot() throws InterruptedException {
        booted.onlyAllowedArrived(1);
    }
}
