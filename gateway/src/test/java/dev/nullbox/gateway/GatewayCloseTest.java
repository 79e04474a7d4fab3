package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goodbyes of a closing gateway to its clients. An operator's {@code nullctl shutdown} once lost its answer: the services
 * were stopped, the gateway among them, before it was sent, and the network before it was read.
 */
@ExtendWith(CertificatesExtension.class)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatewayCloseTest {
    private static final Duration LATE = Duration.ofMinutes(5);

    /** More than a socket's buffers hold at first, so that the gateway is still sending when it is to close. */
    private static final int LONG_ANSWER = 900_000;

    private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final TestCertificates certificates;

    GatewayCloseTest(TestCertificates certificates) {
        this.certificates = certificates;
    }

    @Test
    void answersTheCallUnderWayToASlowClientBeforeItCloses(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, LATE);
                ExecutorService closer = Executors.newSingleThreadExecutor();
                SSLSocket client = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3")) {
            CountDownLatch asked = new CountDownLatch(1);
            appliance.serve("nulld", List.of(appliance.method("nulld.shutdown", params -> {
                asked.countDown();
                awaitClosedListener(appliance.port());
                return new JsonPrimitive("x".repeat(LONG_ANSWER));
            })));
            TlsClient.ask(client, "nulld.shutdown");
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            Future<Long> closed = closer.submit(() -> {
                appliance.gateway().close();
                return System.nanoTime();
            });
            awaitClosedListener(appliance.port());
            assertThat(TlsClient.line(client)).hasSizeGreaterThan(LONG_ANSWER).endsWith("}");
            assertThat(client.getInputStream().read())
                    .as("then it says goodbye")
                    .isNegative();
            long taken = System.nanoTime();
            hangUp(client);
            assertThat(closed.get(60, TimeUnit.SECONDS) - taken)
                    .as("the gateway stays until the client has taken its answer")
                    .isPositive();
        }
    }

    @Test
    void anIdleClientThatStaysDoesNotKeepAnotherFromItsAnswer(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, LATE);
                ExecutorService closer = Executors.newSingleThreadExecutor();
                SSLSocket first = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
                SSLSocket client = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
                SSLSocket last = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3")) {
            CountDownLatch asked = new CountDownLatch(1);
            appliance.serve("nulld", List.of(appliance.method("nulld.shutdown", params -> {
                asked.countDown();
                awaitClosedListener(appliance.port());
                return new JsonPrimitive("bye");
            })));
            TlsClient.ask(client, "nulld.shutdown");
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            Future<?> closed = closer.submit(() -> appliance.gateway().close());
            assertThat(TlsClient.line(client)).contains("bye");
            for (SSLSocket idle : List.of(first, last)) {
                assertThat(TlsClient.untilItEnds(idle))
                        .as("told before others are waited for")
                        .isEmpty();
            }
            for (SSLSocket each : List.of(first, client, last)) {
                hangUp(each);
            }
            closed.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void clientsThatStayHoldUpTheCloseNoLongerThanTheBound(@TempDir Path sockets) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (FakeAppliance appliance = appliance(sockets, Duration.ofMillis(200));
                SSLSocket idle = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
                SSLSocket calling = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
                Socket noHandshake = new Socket(InetAddress.getLoopbackAddress(), appliance.port())) {
            CountDownLatch asked = new CountDownLatch(1);
            appliance.serve("nulld", List.of(appliance.method("nulld.logs", params -> {
                asked.countDown();
                awaitOrFail(over);
                return new JsonPrimitive("late");
            })));
            TlsClient.ask(calling, "nulld.logs");
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            long began = System.nanoTime();
            appliance.gateway().close();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
            for (Socket each : List.of(idle, calling, noHandshake)) {
                each.setSoTimeout(60_000);
                assertThat(TlsClient.untilItEnds(each)).doesNotContain("late");
            }
            over.countDown();
        }
    }

    @Test
    void takesNoMoreCallsOnceItCloses(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, LATE);
                ExecutorService closer = Executors.newSingleThreadExecutor();
                SSLSocket client = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3")) {
            CountDownLatch asked = new CountDownLatch(1);
            appliance.serve(
                    "nulld",
                    List.of(
                            appliance.method("nulld.shutdown", params -> {
                                asked.countDown();
                                awaitClosedListener(appliance.port());
                                return new JsonPrimitive("bye");
                            }),
                            appliance.method("nulld.status", params -> new JsonPrimitive("up"))));
            TlsClient.ask(client, "nulld.shutdown");
            TlsClient.ask(client, "nulld.status");
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            Future<?> closed = closer.submit(() -> appliance.gateway().close());
            assertThat(TlsClient.untilItEnds(client)).contains("bye").doesNotContain("up");
            hangUp(client);
            closed.get(60, TimeUnit.SECONDS);
            assertThat(appliance.asked()).containsExactly("nulld.shutdown {}");
        }
    }

    private FakeAppliance appliance(Path sockets, Duration drainTimeout) throws Exception {
        GatewayLimits limits = new GatewayLimits(4, LATE, LATE, _ -> LATE, LATE, drainTimeout);
        return new FakeAppliance(sockets, certificates.directory("good"), limits);
    }

    private static void hangUp(Socket socket) throws IOException {
        socket.close();
    }

    /** Returns once the gateway's close has begun: connecting is refused. */
    private static void awaitClosedListener(int port) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                LockSupport.parkNanos(PROBE_NANOS);
            } catch (ConnectException e) {
                return;
            } catch (IOException e) {
                throw new AssertionError("cannot probe the listener", e);
            }
        }
        throw new AssertionError("the gateway did not begin to close");
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody ended the wait");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
