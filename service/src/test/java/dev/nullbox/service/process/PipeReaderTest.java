package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** True pipes, and a fake library for what those never do. */
@Timeout(20)
class PipeReaderTest {
    private static final SysResult NONE = new SysResult.Ok(0);

    private final Libc libc = Natives.libc();
    private final PipeReader reader = new PipeReader(libc);
    private final List<String> got = new ArrayList<>();

    private int[] pipe(String name) throws SyscallException {
        int[] ends = new int[2];
        libc.pipe2(ends, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        reader.add(
                ends[0], LineSplitter.splitting(100, line -> got.add(name + " " + line)), errno -> got.add("failed"));
        return ends;
    }

    private void say(int[] ends, String text) throws SyscallException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        libc.write(ends[1], bytes, 0, bytes.length).orThrow("write");
    }

    private boolean isOpen(int[] ends) {
        return libc.fcntl(ends[0], Fcntl.F_GETFD, 0).isOk();
    }

    @Test
    void readsEachPipeToItsEnd() throws SyscallException {
        int[] first = pipe("first");
        int[] second = pipe("second");
        say(first, "one\ntw");
        say(second, "three\n");
        assertThat(reader.poll(10_000)).isEqualTo(new SysResult.Ok(2));
        assertThat(got).containsExactly("first one", "second three");
        assertThat(reader.poll(0)).isEqualTo(NONE);
        libc.close(first[1]);
        assertThat(reader.poll(10_000)).isEqualTo(new SysResult.Ok(1));
        assertThat(got).containsExactly("first one", "second three", "first tw");
        assertThat(isOpen(first)).isFalse();
        assertThat(isOpen(second)).isTrue();
        libc.close(second[1]);
        reader.poll(10_000);
        assertThat(reader.isEmpty()).isTrue();
        assertThat(reader.poll(0)).as("nothing to wait for").isEqualTo(NONE);
    }

    @Test
    void closingGivesOutTheLastLines() throws SyscallException {
        int[] ends = pipe("a");
        say(ends, "no end");
        reader.poll(10_000);
        assertThat(got).isEmpty();
        reader.close();
        assertThat(got).containsExactly("a no end");
        assertThat(isOpen(ends)).isFalse();
        libc.close(ends[1]);
    }

    @Test
    void aPipeThatCannotBeReadIsClosedAndSaidSo() {
        for (int errno : new int[] {Errno.EIO, Errno.EINTR, Errno.EAGAIN}) {
            byte[] ready = HexFormat.of().parseHex("6400000001000100");
            FakeLibc fake = new FakeLibc().gives("poll", ready).fails("read", errno);
            PipeReader failing = new PipeReader(fake);
            List<Integer> errnos = new ArrayList<>();
            failing.add(100, LineSplitter.splitting(100, got::add), errnos::add);
            failing.poll(7);
            boolean isFinal = errno == Errno.EIO;
            assertThat(failing.isEmpty()).isEqualTo(isFinal);
            assertThat(fake.calls("close")).hasSize(isFinal ? 1 : 0);
            assertThat(errnos).hasSize(isFinal ? 1 : 0);
        }
        assertThat(got).isEmpty();
    }

    @Test
    void aPollThatFailsReadsNothing() {
        FakeLibc fake = new FakeLibc().fails("poll", Errno.EINTR);
        PipeReader failing = new PipeReader(fake);
        failing.add(100, LineSplitter.splitting(100, got::add), errno -> {});
        assertThat(failing.poll(7)).isEqualTo(new SysResult.Failed(Errno.EINTR));
        assertThat(fake.calls("read")).isEmpty();
        assertThat(failing.isEmpty()).isFalse();
    }

    @Test
    void awaitsRoomInAPipe() throws SyscallException {
        int[] ends = pipe("a");
        assertThat(PipeReader.await(libc, ends[1], Poll.POLLOUT, 10_000)).isEqualTo(new SysResult.Ok(1));
        assertThat(PipeReader.await(libc, ends[0], Poll.POLLIN, 1)).isEqualTo(NONE);
        reader.close();
        libc.close(ends[1]);
    }
}
