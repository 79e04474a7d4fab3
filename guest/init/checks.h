/* Health checks: each in a process of its own, so that one that hangs holds up nothing. */
#ifndef NULLBOX_CHECKS_H
#define NULLBOX_CHECKS_H

#include <stdint.h>
#include <sys/types.h>

#include "frames.h"

enum { MAX_CHECKS = 4 };

struct check {
    /* 0 when this place is free. */
    pid_t process;
    /* Where its result comes from: a sentence, empty when all is well. */
    int result;
    int is_command, is_late;
    uint32_t id;
    int64_t ends_at, limit;
};

struct checks {
    struct check places[MAX_CHECKS];
};

/* Begins the check that FIELDS asks for, to be answered under ID; -1 with a reason when it cannot begin. */
int begin_check(struct checks *checks, uint32_t id, struct fields *fields);

/* Kills what has taken too long; the time of the next that will, or 0. */
int64_t expire_checks(struct checks *checks, int64_t now);

/*
 * Of the process that has ended with STATUS: true when it was a check. Then *ID is what to answer, and ERROR what is
 * wrong, or empty.
 */
int finish_check(struct checks *checks, pid_t process, int status, uint32_t *id, char *error, size_t room);

#endif
