package dev.nullbox.cage.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guests that stop half-way, each for all of its time: their run must end by cage's bound. */
@Timeout(60)
class StalledGuestTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    /** Ten times what a socket holds. */
    private static final List<String> ENVIRONMENT = Collections.nCopies(20, "A=" + "x".repeat(100_000));

    private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();

    /** Notes why a run must end. */
    private final class Broken extends IdleListener {
        @Override
        public void configured() {
            broken.add("configured");
        }

        @Override
        public void line(String line) {
            broken.add("line " + line);
        }

        @Override
        public void started() {
            broken.add("started");
        }

        @Override
        public void ended(GuestEnd end) {
            broken.add("ended " + end);
        }

        @Override
        public void closed() {
            broken.add("closed");
        }

        @Override
        public void broken(String why) {
            broken.add("broken " + why);
        }

        @Override
        public void silent(String why) {
            broken.add("silent " + why);
        }

        @Override
        public void strayed(String why) {
            broken.add("strayed " + why);
        }

        @Override
        public void gone() {
            broken.add("gone");
        }
    }

    private GuestServer listen(Path directory) throws IOException {
        Libc libc = Natives.libc();
        return GuestServer.open(
                libc,
                directory,
                libc.getuid(),
                new GuestConfiguration(FakeGuest.setup(), List.of("/bin/a"), ENVIRONMENT, List.of()),
                new RunStreams(Optional.empty()),
                new Broken());
    }

    private static FrameChannel dial(Path directory) throws IOException {
        return new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(GuestServer.SOCKET))));
    }

    private static FrameChannel dial(Path directory, GuestRole role) throws IOException {
        FrameChannel channel = dial(directory);
        GuestCall.Fields fields = new GuestCall.Fields()
                .add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION)
                .add(GuestTag.ROLE, role.number());
        channel.write(new GuestCall(GuestOp.HELLO, 1, fields).frame(FrameKind.CALL));
        channel.read(LONG);
        return channel;
    }

    /** In one run: one says no hello, one never reads its configuration, and one has no heartbeat. */
    @Test
    void noneHoldsItsRunForLonger(@TempDir Path base) throws Exception {
        Path directory = base.resolve("guest");
        try (GuestServer _ = listen(directory);
                FrameChannel _ = dial(directory);
                FrameChannel _ = dial(directory, GuestRole.CONFIG);
                FrameChannel _ = dial(directory, GuestRole.INIT)) {
            List<String> why = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                why.add(String.valueOf(broken.poll(30, TimeUnit.SECONDS)));
            }
            assertThat(why)
                    .containsExactlyInAnyOrder(
                            "strayed nothing came from the guest within 10 s",
                            "silent nothing came from the guest within 10 s",
                            "silent the guest took nothing for 10 s");
        }
    }
}
