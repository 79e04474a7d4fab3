package dev.nullbox.service.seccomp;

import static dev.nullbox.natives.linux.Namespaces.*;

import java.util.List;
import java.util.Set;

/** Permitted system call with the arguments that it may have and the reason. */
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

    /** The call's number. */
    int number();

    /** The code that makes it, and its purpose. */
    String why();

    /** Bound of an argument's low half, which is all that the kernel uses of an int or of flags. */
    sealed interface Bound {
        /** Index of the argument, 0 to 5. */
        int argument();

        /**
         * Argument with one of these values.
         *
         * @param unseen those among them that no process of the tests has made; the call's {@code why} names their source
         */
        record OneOf(int argument, List<Integer> values, Set<Integer> unseen) implements Bound {
            public OneOf {
                values = List.copyOf(values);
                unseen = Set.copyOf(unseen);
            }

            /** Argument whose values are all seen. */
            public OneOf(int argument, List<Integer> values) {
                this(argument, values, Set.of());
            }
        }

        /** Argument without any of these bits. */
        record Without(int argument, int bits) implements Bound {}
    }

    /**
     * Allowed within all bounds, otherwise the process is killed.
     *
     * @param isSeen whether a process of the tests makes it; else {@code why} names the source that does
     */
    record Allowed(int number, List<Bound> bounds, boolean isSeen, String why) implements ListedCall {
        public Allowed {
            bounds = List.copyOf(bounds);
        }
    }

    /** Answered as by a kernel without the call. */
    record Absent(int number, int errno, String why) implements ListedCall {}
}
