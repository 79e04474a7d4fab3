/* Commands in the agent's world that are not the agent's own: an operator's, a health check's. */
#ifndef NULLBOX_ENTER_H
#define NULLBOX_ENTER_H

#include <sys/types.h>

/* A command, who it runs as, where, and in which leaf of the agent's control groups. */
struct entrance {
    const char *user, *workdir, *leaf;
    char *const *words, *const *environment;
    /* Descriptor 0 is a terminal, and becomes the one that controls the command's session. */
    int has_terminal;
};

/*
 * Starts it, with descriptors 0 to 2 of the caller and no other; for a process that does nothing else, since its
 * children are in the agent's PID namespace from then on. What goes wrong after that is said on descriptor 2, and ends
 * it with 126 or 127. The child's number, or -1 with a reason.
 */
pid_t start_inside(const struct entrance *entrance);

/* "enter [--terminal] USER WORKDIR -- COMMAND...": the exit code of this process is the command's. */
int enter_world(int count, char **words);

/* Says how it is called; the exit code for that. */
int enter_usage(void);

#endif
