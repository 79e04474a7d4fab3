package dev.nullbox.smoketest;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The image whose cage runs on a JVM, so that the java.lang.foreign binding of libkrun starts a real microVM too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JvmCageVmIT {
    private HelloAppliance hello;

    @BeforeAll
    void boot() throws IOException {
        hello = HelloAppliance.start(
                new Boot.Medium.Direct(Inputs.kernel(), Inputs.jvmInitramfs(), Inputs.jvmRoot()),
                UnaryOperator.identity());
    }

    @AfterAll
    void powerOff() throws IOException {
        hello.close();
    }

    static List<Checkpoint> checkpoints() {
        return Checkpoint.all();
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("checkpoints")
    void reachesCheckpoint(Checkpoint checkpoint) throws InterruptedException {
        hello.appliance().awaitEvent(checkpoint.told(), Appliance.LONG, checkpoint.what());
    }

    @Order(2)
    @Test
    void theAgentFindsAllAsItsManifestSays() throws InterruptedException {
        hello.helloSucceeds(0);
        hello.onlyAllowedArrived(1);
    }
}
