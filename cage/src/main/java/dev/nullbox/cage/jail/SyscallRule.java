package dev.nullbox.cage.jail;

import java.util.List;

/** Rule that refuses a VMM a system call, or some uses of it, with the reason. */
sealed interface SyscallRule {
    /** Its number. */
    int number();

    /** The errno that the caller gets. */
    int errno();

    /** The reason. */
    String why();

    /** Refused with any arguments. */
    record Never(int number, int errno, String why) implements SyscallRule {}

    /** Refused when its first argument has one of these bits. */
    record NotWithFlags(int number, int flags, int errno, String why) implements SyscallRule {}

    /** Refused unless its first argument is one of these. */
    record OnlyWith(int number, List<Integer> values, int errno, String why) implements SyscallRule {
        public OnlyWith {
            values = List.copyOf(values);
        }
    }
}
