package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvmTest {
    private static final String DEVICE = "/dev/kvm";

    @Test
    void isThereInItsOneVersion() {
        FakeLibc libc = new FakeLibc().returns("open", 9).returns("ioctl", 12);
        assertThat(Kvm.probe(libc, DEVICE)).isEqualTo(new Kvm.Support.Available(12));
        assertThat(libc.calls("close")).containsExactly("close(9)");
    }

    @Test
    void speaksAnotherVersion() {
        FakeLibc libc = new FakeLibc().returns("open", 9).returns("ioctl", 13);
        assertThat(why(libc)).contains("version 13", "not 12");
        assertThat(libc.calls("close")).containsExactly("close(9)");
    }

    @Test
    void isNoKvmDevice() {
        FakeLibc libc = new FakeLibc().returns("open", 9).fails("ioctl", Errno.ENOTTY);
        assertThat(why(libc)).contains("no KVM device", "ENOTTY");
        assertThat(libc.calls("close")).containsExactly("close(9)");
    }

    @ParameterizedTest
    @CsvSource({"2, VT-x", "19, VT-x", "13, group kvm", "24, kernel's log"})
    void cannotBeOpened(int errno, String remedy) {
        FakeLibc libc = new FakeLibc().fails("open", errno);
        assertThat(why(libc)).startsWith("open /dev/kvm: ").contains(remedy);
        assertThat(libc.calls("ioctl")).isEmpty();
        assertThat(libc.calls("close")).isEmpty();
    }

    private static String why(FakeLibc libc) {
        return switch (Kvm.probe(libc, DEVICE)) {
            case Kvm.Support.Missing(String why) -> why;
            case Kvm.Support.Available available -> throw new AssertionError(available);
        };
    }
}
