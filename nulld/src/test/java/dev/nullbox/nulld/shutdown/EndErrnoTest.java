package dev.nullbox.nulld.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.EachCall;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.linux.Watchdog;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.supervise.Reaper;
import dev.nullbox.protocol.api.NulldContract;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of every system call of the machine's end, one after the other: it ends all the same. */
@Timeout(60)
class EndErrnoTest {
    private static final List<String> UNMOUNTS = List.of("/data", "/run");

    @Test
    void anOrderedEnd() {
        EachCall.fails(
                libc -> {
                    ManualClock clock = new ManualClock();
                    Journal journal = new Journal(clock);
                    Reaper unfed = new Reaper(libc, (pid, status) -> {});
                    new Shutdown(libc, clock, journal, unfed)
                            .run(Power.POWER_OFF, UNMOUNTS, Watchdog.none(libc, clock));
                    return journal;
                },
                outcome -> {
                    assertThat(outcome.thrown()).as(outcome.call()).isEmpty();
                    assertThat(outcome.libc().calls("reboot"))
                            .as(outcome.call())
                            .first()
                            .isEqualTo("reboot(4321fedc)");
                    assertThat(outcome.libc().calls("kill")).containsExactly("kill(-1, 15)", "kill(-1, 9)");
                    assertThat(outcome.libc().calls("sync")).hasSize(1);
                    UNMOUNTS.forEach(target -> assertThat(outcome.libc().calls())
                            .as(outcome.call())
                            .contains("umount2(" + target + ", 0)"));
                    if (outcome.failed("umount2")) {
                        String target = outcome.call()
                                .substring("umount2(".length(), outcome.call().indexOf(','));
                        assertThat(outcome.libc().calls()).contains("umount2(" + target + ", 2)");
                    }
                    if (outcome.failed("umount2") || outcome.failed("kill")) {
                        assertThat(texts(outcome.result().orElseThrow()))
                                .anyMatch(text -> text.contains(Errno.describe(outcome.errno())));
                    }
                    if (outcome.failed("reboot")) {
                        assertThat(outcome.libc().calls("reboot")).endsWith("reboot(cdef0123)");
                        assertThat(outcome.libc().calls("write"))
                                .as("said on the console")
                                .hasSize(1);
                    }
                },
                Errno.EIO,
                Errno.EBUSY);
    }

    @Test
    void anEmergency() {
        EachCall.fails(
                libc -> {
                    ManualClock clock = new ManualClock();
                    new Emergency(libc, clock, new Journal(clock)).end("cause", "remedy", Power.REBOOT);
                    return clock.millis();
                },
                outcome -> {
                    assertThat(outcome.thrown()).as(outcome.call()).isEmpty();
                    assertThat(outcome.result().orElseThrow())
                            .as("time to read it")
                            .isEqualTo(Emergency.READ_MILLIS);
                    assertThat(outcome.libc().calls("reboot")).first().isEqualTo("reboot(1234567)");
                    assertThat(outcome.libc().calls("sync")).hasSize(2);
                    assertThat(outcome.libc().calls("kill")).containsExactly("kill(-1, 15)", "kill(-1, 9)");
                    assertThat(outcome.libc().calls("write"))
                            .as("said, again when the first did not go out: " + outcome.call())
                            .hasSize(outcome.failed("write") || outcome.failed("reboot") ? 2 : 1);
                },
                Errno.EIO,
                Errno.EINTR);
    }

    @Test
    void aKernelThatRefusesEveryEndIsToldOf() {
        FakeLibc libc = new FakeLibc().fails("reboot", Errno.EPERM).fails("reboot", Errno.EPERM);
        ManualClock clock = new ManualClock();
        new Emergency(libc, clock, new Journal(clock)).now(Power.POWER_OFF);
        assertThat(libc.calls("reboot")).containsExactly("reboot(4321fedc)", "reboot(cdef0123)");
        assertThat(libc.calls("write")).hasSize(2);
    }

    private static List<String> texts(Journal journal) {
        return journal.read(0, Journal.RECORDS, Optional.empty(), 0).get(NulldContract.RECORDS).stream()
                .map(JsonObject.class::cast)
                .filter(record -> record.has("text"))
                .map(record -> record.get("text").getAsString())
                .toList();
    }
}
