package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes to a jail through a true pipe, which takes 64 KiB. */
class JailPipeTest {
    private static final byte[] LONG = new byte[300_000];

    private final Libc libc = Natives.libc();
    private final int[] pipe = new int[2];
    private JailPipe jail;

    @BeforeEach
    void aPipe() throws SyscallException {
        Arrays.fill(LONG, (byte) 'x');
        libc.pipe2(pipe, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        libc.fcntl(pipe[1], Fcntl.F_SETFL, OpenFlags.O_NONBLOCK).orThrow("fcntl");
        jail = new JailPipe(libc, pipe[1]);
    }

    @AfterEach
    void close() {
        libc.close(pipe[0]);
        libc.close(pipe[1]);
    }

    @Test
    void sendsMoreThanThePipeTakes() throws Exception {
        CompletableFuture<Long> read = CompletableFuture.supplyAsync(this::readAll);
        jail.send(LONG, () -> false);
        assertThat(read.get()).isEqualTo(LONG.length);
    }

    @Test
    void givesUpOnAJailThatReadsNothing() {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> jail.send(LONG, () -> asked.incrementAndGet() == 3))
                .isInstanceOf(IOException.class)
                .hasMessage("the jail has not read what it is to do in time, or it was stopped");
        assertThat(asked).hasValue(3);
    }

    @Test
    void saysThatAJailHasEnded() {
        libc.close(pipe[0]);
        pipe[0] = -1;
        assertThatThrownBy(() -> jail.send(LONG, () -> false))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EPIPE");
    }

    private long readAll() {
        byte[] buffer = new byte[8192];
        long all = 0;
        while (all < LONG.length) {
            try {
                all += libc.read(pipe[0], buffer, 0, buffer.length).orThrow("read");
            } catch (SyscallException e) {
                throw new IllegalStateException(e);
            }
        }
        return all;
    }
}
