package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.ServiceClients;
import dev.nullbox.cage.secrets.LeaseMonitor.HeldLease;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseMonitorTest {
    private static final LeaseMonitor.Listener NOBODY = new LeaseMonitor.Listener() {
        @Override
        public void wiped(String name, String why) {}

        @Override
        public void kept(String name, String why) {}
    };

    @TempDir
    Path base;

    private final FakeWarden warden = new FakeWarden();
    private RpcServer server;
    private LeaseMonitor watch;

    @BeforeEach
    void start() throws IOException {
        RpcMethod leases = new RpcMethod(
                "vault.leases", Set.of(System.getProperty("user.name")), (caller, params) -> warden.leases(params));
        server = RpcServer.listen(base.resolve("warden.sock"), List.of(leases), RpcLimits.defaults());
        watch = LeaseMonitor.start(new ServiceClients(base, Duration.ofSeconds(10))::leases);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String grant(String agent) throws RpcException {
        JsonObject params = JsonParser.parseString(
                        "{\"agent\":\"" + agent + "\",\"run\":1,\"refs\":[{\"name\":\"PASS\",\"deliver\":\"file\"}]}")
                .getAsJsonObject();
        return warden.lease(params).get("lease").getAsString();
    }

    /** The file, in a directory of the agent's own. */
    private Path watch(String agent, String lease, LeaseMonitor.Listener listener) throws IOException {
        Path directory = Files.createDirectory(base.resolve(agent));
        Path file = Files.writeString(directory.resolve("PASS"), "s3cr3t");
        DeliveredSecrets secrets = new DeliveredSecrets(name -> Files.delete(directory.resolve(name)), List.of("PASS"));
        watch.add(new HeldLease(agent, lease, secrets, Map.of(), listener));
        return file;
    }

    private static boolean within(int seconds, BooleanSupplier isSo) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    private static boolean isGone(Path file) {
        return !Files.exists(file);
    }

    /** Regression: one of them ended the watch, and nothing was wiped any more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"leases\":[],\"seq\":\"x\",\"left_out\":0}",
                "{\"leases\":[{\"lease\":\"L0\",\"state\":\"active\",\"refs\":[null]}],\"seq\":7,\"left_out\":0}",
                "{\"leases\":[{\"lease\":\"L0\",\"state\":\"active\",\"names\":[{}]}],\"seq\":7,\"left_out\":0}",
                "{}",
            })
    void aMalformedResponseWipesAndEndsNothing(String garbled) throws Exception {
        warden.garble(JsonParser.parseString(garbled).getAsJsonObject());
        Path file = watch("one", grant("one"), NOBODY);
        assertThat(within(10, () -> warden.garbled() > 2)).isTrue();
        assertThat(file).hasContent("s3cr3t");
        warden.garble(null);
        warden.revoke("one");
        assertThat(within(10, () -> isGone(file))).isTrue();
    }

    /** Each half second, and no more often. */
    @Test
    void doesNotSpinWhileItGetsNoAnswer() throws Exception {
        warden.garble(new JsonObject());
        watch("one", grant("one"), NOBODY);
        assertThat(within(10, () -> warden.garbled() > 0)).isTrue();
        TimeUnit.SECONDS.sleep(2);
        assertThat(warden.garbled()).isBetween(2, 6);
    }

    @Test
    void aFailingListenerDoesNotKeepOtherSecrets() throws Exception {
        Path first = watch("one", grant("one"), new LeaseMonitor.Listener() {
            @Override
            public void wiped(String name, String why) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void kept(String name, String why) {}
        });
        Path second = watch("two", grant("two"), NOBODY);
        warden.forget();
        assertThat(within(10, () -> isGone(first) && isGone(second))).isTrue();
        Path third = watch("three", grant("three"), NOBODY);
        warden.revoke("three");
        assertThat(within(10, () -> isGone(third))).isTrue();
    }

    /** A guest that does not wipe a secret must be ended. */
    @Test
    void aGuestThatDoesNotWipeIsTold() throws Exception {
        Queue<String> kept = new ConcurrentLinkedQueue<>();
        DeliveredSecrets stubborn = new DeliveredSecrets(
                name -> {
                    throw new IOException("the guest did not answer WIPE");
                },
                List.of("PASS"));
        watch.add(new HeldLease("one", grant("one"), stubborn, Map.of(), new LeaseMonitor.Listener() {
            @Override
            public void wiped(String name, String why) {
                kept.add("wiped " + name);
            }

            @Override
            public void kept(String name, String why) {
                kept.add(name + ": " + why);
            }
        }));
        warden.revoke("one");
        assertThat(within(10, () -> !kept.isEmpty())).isTrue();
        assertThat(kept).containsExactly("PASS: the guest did not answer WIPE");
    }

    /** Regression: it took up to two waits, as the state was known already, but not for a new lease. */
    @Test
    void aNewLeaseIsCheckedAtTheNextChange() throws Exception {
        watch("one", grant("one"), NOBODY);
        TimeUnit.MILLISECONDS.sleep(500);
        String lease = grant("two");
        TimeUnit.MILLISECONDS.sleep(500);
        Path file = watch("two", lease, NOBODY);
        warden.revoke("two");
        assertThat(within(3, () -> isGone(file))).isTrue();
    }
}
