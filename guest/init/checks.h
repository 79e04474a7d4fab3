/*
 * Health checks of the agent, which cage requests (CHECK): an HTTP request or a command, each in a process of its own,
 * so that one that hangs blocks nothing else.
 */
#ifndef NULLBOX_CHECKS_H
#define NULLBOX_CHECKS_H

#include <stdint.h>
#include <sys/types.h>

#include "frames.h"

enum { MAX_CHECKS = 4 };

struct check {
    /* 0 when this slot is free. */
    pid_t process;
    /* Descriptor of its result: a sentence, empty when the check has passed. */
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

/* Kills checks that have exceeded their timeout; the time of the next timeout, or 0. */
int64_t expire_checks(struct checks *checks, int64_t now);

/* Handles the end of a process: true when it was a check. Then *ID is the call to answer, and ERROR the failure, or
 * empty. */
int finish_check(struct checks *checks, pid_t process, int status, uint32_t *id, char *error, size_t room);

#endif
