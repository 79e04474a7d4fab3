package dev.nullbox.natives.landlock;

import static dev.nullbox.natives.linux.HeaderAudit.field;
import static dev.nullbox.natives.linux.HeaderAudit.size;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.HeaderAudit;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import dev.nullbox.natives.linux.Landlock;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The calls and bytes of Landlock; LandlockIT has a real kernel. */
class LandlockRulesetTest {
    private final FakeLibc libc = new FakeLibc();

    /** Headers before ABI 4 have files alone: constants beyond those are held where the machine's headers have them. */
    @Test
    void constantsAndStructsAreThoseOfTheHeader() throws Exception {
        List<String> assertions = List.of(
                HeaderAudit.assertionsWhereDefined(new Source(Landlock.class, "", "LANDLOCK_")),
                field("struct landlock_ruleset_attr", "handled_access_fs", 0, 8),
                size("struct landlock_path_beneath_attr", LandlockRuleset.PATH_BENEATH_BYTES),
                field("struct landlock_path_beneath_attr", "allowed_access", 0, 8),
                field("struct landlock_path_beneath_attr", "parent_fd", 8, 4),
                "#ifdef LANDLOCK_SCOPE_SIGNAL\n",
                size("struct landlock_ruleset_attr", LandlockRuleset.RULESET_BYTES),
                field("struct landlock_ruleset_attr", "handled_access_net", 8, 8),
                field("struct landlock_ruleset_attr", "scoped", 16, 8),
                size("struct landlock_net_port_attr", LandlockRuleset.NET_PORT_BYTES),
                field("struct landlock_net_port_attr", "port", 8, 8),
                "#endif\n");
        assertThat(HeaderAudit.complaints(assertions, List.of("linux/landlock.h")))
                .isEmpty();
    }

    @Test
    void rulesHaveTheirBytes() throws Exception {
        try (LandlockRuleset rules = LandlockRuleset.create(libc, 0x6, 0x3, 0x2)) {
            rules.allowPath(Path.of("/srv"), 0x4);
            rules.allowPort(443, 0x2);
            rules.restrictSelf();
        }
        assertThat(libc.calls())
                .containsExactly(
                        "landlockCreateRuleset(0600000000000000" + "0300000000000000" + "0200000000000000, 0)",
                        "open(/srv, 2621440, 0)",
                        "landlockAddRule(100, 1, 0400000000000000" + "65000000)",
                        "close(101)",
                        "landlockAddRule(100, 2, 0200000000000000" + "bb01000000000000)",
                        "landlockRestrictSelf(100)",
                        "close(100)");
    }

    @Test
    void aKernelWithoutLandlockHasNoAbi() throws Exception {
        libc.returns("landlockCreateRuleset", 6).fails("landlockCreateRuleset", Errno.ENOTSUP);
        libc.fails("landlockCreateRuleset", Errno.ENOSYS).fails("landlockCreateRuleset", Errno.EPERM);
        assertThat(LandlockRuleset.abi(libc)).isEqualTo(6);
        assertThat(LandlockRuleset.abi(libc)).isZero();
        assertThat(LandlockRuleset.abi(libc)).isZero();
        assertThatThrownBy(() -> LandlockRuleset.abi(libc)).hasMessage("landlock_create_ruleset version: EPERM (1)");
    }

    @Test
    void refusalsNameWhatWasAsked() throws Exception {
        libc.fails("landlockCreateRuleset", Errno.EINVAL);
        assertThatThrownBy(() -> LandlockRuleset.create(libc, 0x8000, 1, 2))
                .hasMessage("landlock_create_ruleset files 0x8000 ports 0x1 scopes 0x2: EINVAL (22)");
        LandlockRuleset rules = LandlockRuleset.create(libc, 2, 0, 0);
        libc.fails("landlockAddRule", Errno.EINVAL);
        assertThatThrownBy(() -> rules.allowPath(Path.of("/srv"), 4))
                .hasMessage("landlock_add_rule /srv 0x4: EINVAL (22)");
        assertThatThrownBy(() -> rules.allowPort(65_536, 1)).hasMessage("port is 0 to 65535, not 65536");
        rules.close();
        assertThat(libc.openFds()).isEmpty();
    }
}
