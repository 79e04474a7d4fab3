package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shells of this machine, and each call failing in turn by a fake. */
@Timeout(20)
class ChildProcessTest {
    private static final ChildProcess.Spec SERVICE =
            new ChildProcess.Spec(List.of("/bin/a"), List.of("A=1"), false, 101, 102);
    private static final ChildProcess.Spec JAIL = new ChildProcess.Spec(List.of("/bin/a"), List.of(), true, 0, 0);
    private static final SysResult OK = new SysResult.Ok(0);

    private final Libc libc = Natives.libc();
    private final List<String> got = new ArrayList<>();

    private static ChildProcess spawn(Libc libc, ChildProcess.Spec spec) throws SyscallException {
        return ChildProcess.spawn(
                libc,
                (command, environment, actions) ->
                        libc.posixSpawn(command.getFirst(), command, environment, actions, true),
                spec);
    }

    private ChildProcess shell(String script, boolean hasInput) throws SyscallException {
        return spawn(libc, new ChildProcess.Spec(List.of("/bin/sh", "-c", script), List.of("A=env"), hasInput, 0, 0));
    }

    /** All that it says, and then how it ends. */
    private Optional<ExitStatus> ended(ChildProcess child) {
        PipeReader pipes = new PipeReader(libc);
        for (int fd = 1; fd <= 3; fd++) {
            String from = fd + " ";
            pipes.add(child.output(fd), LineSplitter.splitting(100, line -> got.add(from + line)), _ -> {});
        }
        while (!pipes.isEmpty()) {
            pipes.poll(10_000);
        }
        Optional<ExitStatus> status = child.await(10_000);
        child.close();
        return status;
    }

    @Test
    void saysAllByItsPipesAndHowItEnded() throws SyscallException {
        ChildProcess child = shell("read x; echo $x $A; echo two >&2; echo three >&3; echo >&4; exit 3", true);
        byte[] line = "one\n".getBytes(StandardCharsets.US_ASCII);
        libc.write(child.input(), line, 0, line.length).orThrow("write");
        libc.close(child.input());
        assertThat(ended(child)).contains(new ExitStatus.Code(3));
        assertThat(got)
                .contains("1 one env", "2 two", "3 three")
                .anyMatch(said -> said.startsWith("2 ") && said.contains("4"));
        assertThat(Path.of("/proc", Integer.toString(child.pid()))).as("reaped").doesNotExist();
    }

    @Test
    void hasNoInputUnlessAsked() throws SyscallException {
        ChildProcess child = shell("read x; echo $?; readlink /proc/self/fd/0", false);
        assertThat(child.input()).isEqualTo(-1);
        assertThat(ended(child)).contains(new ExitStatus.Code(0));
        assertThat(got).containsExactly("1 1", "1 /dev/null");
    }

    @Test
    void itsInputNeverBlocks() throws SyscallException {
        ChildProcess child = shell("exec sleep 1000", true);
        byte[] much = new byte[1 << 20];
        assertThat(libc.write(child.input(), much, 0, much.length)).isInstanceOf(SysResult.Ok.class);
        assertThat(libc.write(child.input(), much, 0, much.length)).isEqualTo(new SysResult.Failed(Errno.EAGAIN));
        libc.close(child.input());
        child.signal(Signals.SIGKILL);
        assertThat(ended(child)).contains(new ExitStatus.Signal(Signals.SIGKILL));
    }

    @Test
    void takesSignalsUntilItIsReapedAndNobodyElseGetsThem() throws SyscallException {
        ChildProcess child = shell("exec sleep 1000", false);
        assertThat(child.await(1)).isEmpty();
        assertThat(child.signal(0)).isEqualTo(OK);
        assertThat(child.signal(999)).isEqualTo(new SysResult.Failed(Errno.EINVAL));
        assertThat(child.signal(Signals.SIGTERM)).isEqualTo(OK);
        assertThat(child.await(10_000)).contains(new ExitStatus.Signal(Signals.SIGTERM));
        assertThat(child.signal(Signals.SIGKILL)).as("after its end").isEqualTo(OK);
        for (int fd = 1; fd <= 3; fd++) {
            libc.close(child.output(fd));
        }
        child.close();
        child.close();
        assertThat(child.signal(Signals.SIGKILL)).as("after it was closed").isEqualTo(OK);
    }

    @Test
    void eachCallFailsAndLeavesNothing() throws SyscallException {
        for (ChildProcess.Spec spec : List.of(SERVICE, JAIL)) {
            FakeLibc healthy = new FakeLibc();
            ChildProcess child = spawn(healthy, spec);
            assertThat(healthy.openFds()).hasSize(spec.hasInput() ? 5 : 4).contains(child.output(1), child.output(3));
            assertThat(healthy.calls("chown")).hasSize(spec.uid() == 0 ? 0 : 3);
            for (int n = 1; n <= healthy.calls().size(); n++) {
                String call = healthy.calls().get(n - 1);
                FakeLibc libc = new FakeLibc().failCall(n, Errno.EMFILE);
                if (call.startsWith("close")) {
                    spawn(libc, spec);
                    assertThat(libc.openFds()).as(call).hasSameSizeAs(healthy.openFds());
                } else {
                    assertThatThrownBy(() -> spawn(libc, spec))
                            .as(call)
                            .isInstanceOf(SyscallException.class)
                            .hasMessageContaining("EMFILE");
                    assertThat(libc.openFds()).as(call).isEmpty();
                    boolean started = call.startsWith("pidfdOpen");
                    assertThat(libc.calls("kill")).as(call).hasSize(started ? 1 : 0);
                    assertThat(libc.calls("waitpid")).as(call).hasSize(started ? 1 : 0);
                }
            }
        }
    }

    /** PID 1 reaps every child in a thread of its own, and may have done so with one that ended at once. */
    @Test
    void aChildThatIsReapedAlreadyIsSignalledNoMore() throws SyscallException {
        FakeLibc fake = new FakeLibc().fails("pidfdOpen", Errno.ESRCH);
        ChildProcess child = spawn(fake, SERVICE);
        assertThat(child.signal(Signals.SIGKILL)).isEqualTo(OK);
        child.close();
        assertThat(fake.calls("kill")).isEmpty();
        assertThat(fake.calls("pidfdSendSignal")).isEmpty();
        assertThat(child.await(0)).contains(new ExitStatus.Code(-1));
        assertThat(fake.openFds()).hasSize(3);
    }

    @Test
    void aWaitThatFailsIsNotItsEnd() throws SyscallException {
        FakeLibc fake = new FakeLibc();
        ChildProcess child = spawn(fake, JAIL);
        fake.fails("waitpid", Errno.EIO).child(child.pid(), 9).fails("poll", Errno.EINTR);
        assertThat(child.await(0)).isEmpty();
        assertThat(child.await(0)).contains(new ExitStatus.Signal(9));
    }
}
