package dev.nullbox.cage.jail;

import java.util.List;

/** One system call that a VMM is refused, or some uses of it, and why. */
sealed interface SyscallRule {
    /** Its number. */
    int number();

    /** What the caller gets for an answer. */
    int errno();

    /** The reason. */
    String why();

    /** Refused whatever its arguments. */
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
