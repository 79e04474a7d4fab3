package dev.nullbox.cage.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of a run for several operators; the test is the guest at the other end of the connection. */
class RunStreamsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final int PIECE = 65_536;
    private static final Message EXITED = Message.of(AgentContract.HOW.is("exited"));

    private final List<Integer> signals = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    private FrameChannel host;
    private FrameChannel guest;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            guest = new FrameChannel(SocketChannel.open(address));
            host = new FrameChannel(server.accept());
        }
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        guest.close();
    }

    private RunStreams begun(boolean isKept, Optional<ExecRequest.Window> terminal) {
        RunStreams streams = new RunStreams(Optional.of(new RunStreams.Input(isKept, terminal)));
        streams.begin(signals::add, host);
        return streams;
    }

    private static Frame out(int bytes) {
        return new Frame(FrameKind.STDOUT, "o".repeat(bytes).getBytes(StandardCharsets.US_ASCII));
    }

    private Frame next() throws IOException {
        return guest.read(LONG);
    }

    private void hearsNothing() {
        assertThatThrownBy(() -> guest.read(SHORT)).isInstanceOf(FrameChannel.LateException.class);
    }

    private static int readAll(ProgramSession session) throws InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        session.read(SHORT).chunks().forEach(chunk -> all.writeBytes(chunk.data()));
        return all.size();
    }

    @Test
    void whoBeganTheRunHoldsItUpAndOthersDoNot() throws Exception {
        RunStreams streams = begun(false, Optional.empty());
        RunSession holder = streams.hold();
        RunSession other = streams.attach();
        streams.take(out(PIECE));
        hearsNothing();
        assertThat(readAll(holder)).isEqualTo(PIECE);
        assertThat(next().number()).isEqualTo(PIECE);
        for (int i = 0; i < 5; i++) {
            streams.take(out(PIECE));
            assertThat(readAll(holder)).isEqualTo(PIECE);
            assertThat(next().number()).isEqualTo(PIECE);
        }
        ProgramSession.Output late = other.read(SHORT);
        assertThat(late.chunks()).hasSize(4);
        assertThat(late.dropped()).isEqualTo(2 * PIECE);
        hearsNothing();
        streams.take(out(10));
        assertThat(other.read(SHORT).dropped()).isZero();
    }

    @Test
    void aRunGoesOnWhenTheOneWhoBeganItIsGone() throws Exception {
        RunStreams streams = begun(false, Optional.empty());
        RunSession holder = streams.hold();
        RunSession other = streams.attach();
        streams.take(out(100));
        holder.close();
        assertThat(next().number()).isEqualTo(100);
        assertThat(next().kind()).isEqualTo(FrameKind.END);
        assertThat(streams.takesInput()).isFalse();
        streams.take(out(7));
        assertThat(next().number()).isEqualTo(7);
        assertThat(readAll(other)).isEqualTo(107);
        assertThat(holder.read(SHORT).lost()).isEqualTo("its operator has left it");
        streams.end(EXITED);
        assertThat(other.read(LONG).exit()).contains(EXITED);
        assertThat(streams.attach().read(LONG).exit()).contains(EXITED);
    }

    @Test
    void keptInputIsWhoeverAttaches() throws Exception {
        RunStreams streams = begun(true, Optional.empty());
        streams.hold().close();
        RunSession one = streams.attach();
        assertThat(one.write("a".getBytes(StandardCharsets.US_ASCII), false, LONG))
                .isEqualTo(1);
        one.close();
        assertThat(one.write(new byte[5], false, LONG)).isEqualTo(5);
        assertThat(next().payload()).isEqualTo("a".getBytes(StandardCharsets.US_ASCII));
        RunSession two = streams.attach();
        int sent = 0;
        while (sent < GuestProtocol.STREAM_WINDOW - 1) {
            sent += two.write(new byte[PIECE], false, SHORT);
        }
        assertThat(two.write(new byte[1], false, SHORT)).isZero();
        streams.take(Frame.of(FrameKind.CREDIT, 1));
        assertThat(two.write(new byte[1], true, LONG)).isEqualTo(1);
        assertThat(streams.takesInput()).isFalse();
        assertThatThrownBy(() -> streams.take(Frame.of(FrameKind.CREDIT, GuestProtocol.STREAM_WINDOW + 1)))
                .hasMessageContaining("more input than it was sent");
    }

    @Test
    void aTerminalHasASizeAndNoEndOfInput() throws Exception {
        RunStreams streams = begun(true, Optional.of(new ExecRequest.Window(24, 80)));
        RunSession holder = streams.hold();
        assertThat(holder.write(new byte[0], true, LONG)).isZero();
        assertThat(holder.resize(50, 150)).isTrue();
        assertThat(next().payload()).isEqualTo(Frame.ofSize(50, 150).payload());
        assertThat(streams.takesInput()).isTrue();
        holder.signal(15);
        assertThat(signals).containsExactly(15);
        holder.close();
        hearsNothing();
        assertThat(begun(true, Optional.empty()).attach().resize(1, 1)).isFalse();
    }

    @Test
    void anAgentsOwnRunIsOnlyLookedAt() throws Exception {
        RunStreams streams = new RunStreams(Optional.empty());
        RunSession other = streams.attach();
        assertThatThrownBy(() -> other.signal(2)).hasMessageContaining("does not run yet");
        streams.begin(signals::add, host);
        streams.take(out(9));
        assertThat(other.write(new byte[4], true, SHORT)).isEqualTo(4);
        assertThat(streams.takesInput()).isFalse();
        assertThat(readAll(other)).isEqualTo(9);
        hearsNothing();
    }

    @Test
    void aGuestThatPassesItsWindowIsBroken() throws Exception {
        RunStreams streams = begun(false, Optional.empty());
        var _ = streams.hold();
        for (int i = 0; i < 4; i++) {
            streams.take(out(PIECE));
        }
        assertThatThrownBy(() -> streams.take(out(1))).hasMessageContaining("more output than it may");
    }
}
