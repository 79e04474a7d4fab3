package dev.nullbox.service.seccomp;

import static dev.nullbox.natives.linux.Namespaces.*;

import java.util.List;

/** System call that a process makes, with the arguments it may have and the reason. */
public sealed interface ListedCall {
    /** Flags of clone(2) for a thread of glibc's. Source: pthread_create.c. */
    int THREAD = CLONE_VM
            | CLONE_FS
            | CLONE_FILES
            | CLONE_SIGHAND
            | CLONE_THREAD
            | CLONE_SYSVSEM
            | CLONE_SETTLS
            | CLONE_PARENT_SETTID
            | CLONE_CHILD_CLEARTID;

    /** Its number. */
    int number();

    /** Whoever makes it, and what for. */
    String why();

    /** Bound of one argument's low half, which is all that the kernel takes of an int or of flags. */
    sealed interface Bound {
        /** From 0 to 5. */
        int argument();

        /** Argument with one of these values. */
        record OneOf(int argument, List<Integer> values) implements Bound {
            public OneOf {
                values = List.copyOf(values);
            }
        }

        /** None of these bits. */
        record Without(int argument, int bits) implements Bound {}
    }

    /**
     * Allowed within all bounds, else deadly.
     *
     * @param isSeen whether a process of the tests makes it; else {@code why} names the source that does
     */
    record Allowed(int number, List<Bound> bounds, boolean isSeen, String why) implements ListedCall {
        public Allowed {
            bounds = List.copyOf(bounds);
        }
    }

    /** Answered as a kernel without it does. */
    record Absent(int number, int errno, String why) implements ListedCall {}
}
