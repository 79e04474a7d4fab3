/* Programs that run in the agent's world besides the agent's own command: an operator's, or a health check's. */
#ifndef NULLBOX_ENTER_H
#define NULLBOX_ENTER_H

#include <sys/types.h>

/* A command, its user, its directory, and its leaf of the agent's cgroups. */
struct entrance {
    const char *user, *workdir, *leaf;
    char *const *words, *const *environment;
    /* Tells whether descriptor 0 is a terminal, to become the controlling terminal of the command's session. */
    int has_terminal;
};

/*
 * Starts it, with descriptors 0 to 2 of the caller and no other; for a process that does nothing else, since its
 * children are in the agent's PID namespace from then on. Later failures are printed on descriptor 2, and end it with
 * 126 or 127. The child's pid, or -1 with a reason.
 */
pid_t start_inside(const struct entrance *entrance);

/* "enter [--terminal] USER WORKDIR -- COMMAND...": the exit code of this process is the command's. */
int enter_world(int count, char **words);

/* Prints the usage; the exit code for wrong usage. */
int enter_usage(void);

#endif
