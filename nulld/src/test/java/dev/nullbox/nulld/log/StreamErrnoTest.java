package dev.nullbox.nulld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.FaultyLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.nulld.linux.SystemClock;
import dev.nullbox.nulld.supervise.Reaper;
import dev.nullbox.protocol.api.NulldContract;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads that read and write for PID 1, over real pipes, with each of their system calls failing in turn. */
@Timeout(60)
class StreamErrnoTest {
    private static final Libc REAL = Natives.libc();

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINTR, Errno.EAGAIN, Errno.EIO})
    void aLineIsWrittenThoughItsWriteFailedOnce(int errno) throws Exception {
        for (String call : List.of("LineSink.write/write", "LineSink.write/ioctl")) {
            int[] ends = pipe();
            FaultyLibc libc = FaultyLibc.failing(REAL, call, errno);
            BlockingQueue<String> lost = new LinkedBlockingQueue<>();
            LineSink sink = new LineSink(libc.libc(), ends[1], 10, lost::add).start("sink");
            sink.offer("one");
            sink.offer("two");
            assertThat(sink.flush(10_000)).isTrue();
            assertThat(libc.failed()).isNotEmpty();
            assertThat(drained(ends[0])).as(call).isEqualTo("one\ntwo\n");
            assertThat(lost).isEmpty();
            close(ends);
        }
    }

    @Test
    void aDeviceThatStaysBrokenIsGivenUpAndSaidSo() throws Exception {
        int[] ends = pipe();
        REAL.close(ends[0]);
        BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        LineSink sink = new LineSink(REAL, ends[1], 10, lost::add).start("sink");
        sink.offer("one");
        assertThat(lost.poll(10, TimeUnit.SECONDS)).contains("EPIPE");
        assertThat(sink.flush(10_000)).as("nobody waits for it").isTrue();
        sink.offer("two");
        assertThat(sink.dropped()).isPositive();
        REAL.close(ends[1]);
    }

    @Test
    void eachCallOfThePumpFailsAndItGoesOnHearing() throws Exception {
        List<String> calls = collect(FaultyLibc.healthy(REAL));
        assertThat(calls)
                .contains(
                        "LogCollector.<init>/pipe2",
                        "LogCollector.add/write",
                        "PipeReader.poll/poll",
                        "PipeReader.read/read",
                        "PipeReader.close/close");
        for (String call : calls) {
            for (int errno : new int[] {Errno.EINTR, Errno.EIO, Errno.ENOMEM}) {
                if (call.endsWith("pipe2")) {
                    FaultyLibc failing = FaultyLibc.failing(REAL, call, errno);
                    assertThatThrownBy(() -> collect(failing))
                            .isInstanceOf(SyscallException.class)
                            .hasMessageContaining(Errno.describe(errno));
                } else {
                    collect(FaultyLibc.failing(REAL, call, errno));
                }
            }
        }
    }

    /** Two services speak; what was heard is checked. The names of the calls. */
    private static List<String> collect(FaultyLibc libc) throws Exception {
        Journal journal = new Journal(new SystemClock());
        LogCollector collector = new LogCollector(libc.libc(), journal);
        CountDownLatch ready = new CountDownLatch(1);
        int[] first = pipe();
        int[] second = pipe();
        int[] said = pipe();
        collector.start(StreamErrnoTest::bug);
        collector.add(first[0], LogCollector.Kind.EVENTS, "first", line -> {});
        say(first[1], "{\"event\":\"e\"}\n");
        REAL.close(first[1]);
        awaitText(journal, "first");
        collector.add(second[0], LogCollector.Kind.TEXT, "second", line -> {});
        say(second[1], "hello\n");
        REAL.close(second[1]);
        awaitText(journal, "second");
        collector.add(said[0], LogCollector.Kind.READY, "second", line -> ready.countDown());
        say(said[1], "ready\n");
        REAL.close(said[1]);
        assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
        return libc.names();
    }

    /** Until the journal has something of the service, or says that it is no longer heard. */
    private static void awaitText(Journal journal, String service) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        long after = 0;
        while (System.nanoTime() < end) {
            var page = journal.read(after, Journal.RECORDS, Optional.empty(), 1_000);
            after = page.get(NulldContract.NEXT);
            for (Object record : page.get(NulldContract.RECORDS)) {
                String text = record.toString();
                if (text.contains("\"source\":\"" + service + "\"") || text.contains(service + ": reading its ")) {
                    return;
                }
            }
        }
        throw new AssertionError("nothing of " + service + " within 10 s");
    }

    @Test
    void childrenAreReapedThoughWaitpidFailed() throws Exception {
        int[] errnos = {Errno.EINTR, Errno.EIO, Errno.ECHILD, Errno.ENOMEM};
        BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
        for (int errno : errnos) {
            new Reaper(new FakeLibc().fails("waitpid", errno).child(errno, 0), (pid, status) -> ended.add(pid))
                    .start(StreamErrnoTest::bug);
        }
        for (int i = 0; i < errnos.length; i++) {
            assertThat(ended.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void aFailedWaitIsNotTheEndOfAllChildren() {
        FakeLibc libc = new FakeLibc();
        for (int i = 0; i < 50; i++) {
            libc.fails("waitpid", Errno.EIO);
        }
        Reaper reaper = new Reaper(libc, (pid, status) -> {});
        reaper.start(StreamErrnoTest::bug);
        assertThat(reaper.awaitChildless(200)).isFalse();
    }

    private static void bug(Thread thread, Throwable bug) {
        throw new AssertionError(thread.getName() + " died", bug);
    }

    private static int[] pipe() throws SyscallException {
        int[] ends = new int[2];
        REAL.pipe2(ends, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        return ends;
    }

    private static void say(int fd, String text) throws SyscallException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        REAL.write(fd, bytes, 0, bytes.length).orThrow("write");
    }

    private static String drained(int fd) throws SyscallException {
        byte[] bytes = new byte[256];
        int length = REAL.read(fd, bytes, 0, bytes.length).orThrow("read");
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static void close(int[] ends) {
        REAL.close(ends[0]);
        REAL.close(ends[1]);
    }
}
