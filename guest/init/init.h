/* The init: what it knows of the run, and how that goes from one stage to the next. */
#ifndef NULLBOX_INIT_H
#define NULLBOX_INIT_H

#include "checks.h"
#include "link.h"
#include "output.h"
#include "report.h"

/*
 * Stages of a run, in their order: the set-up process works; the agent runs, or nobody does (ALONE); what it has
 * written goes to the host (DRAIN); disks are written out and unmounted (RELEASE); the host is told (REPORT).
 */
enum stage { STAGE_SETUP, STAGE_RUN, STAGE_ALONE, STAGE_DRAIN, STAGE_RELEASE, STAGE_REPORT };

struct ending {
    int is_known, how, code;
    char text[256];
};

struct init {
    enum stage stage;
    struct link control;
    struct output output;
    struct checks checks;
    struct ending ending;
    /* The init's end of the reports. */
    int status;
    /* A pidfd of the agent's command; -1 before and after. */
    int command;
    /* Children; 0 when there is none. */
    pid_t setup, world, releaser, tools;
    unsigned kept;
    char devices[DISK_COUNT][32];
    /* Times of now_ms(); 0 when there is nothing to wait for. */
    int64_t heartbeat_at, kill_at, stage_ends_at;
    int was_killed;
    /* What the host is still to be told, once the control connection is open. */
    int owes_repair, owes_started, owes_exit;
};

/* Runs until the guest ends. */
_Noreturn void run_init(struct init *init);

/* The run is over, for this reason unless there was one before: everything of the agent's is killed. */
void end_run(struct init *init, int how, int code, const char *text);

/* Deals with one frame of the host's on the control connection. */
void take_control_frame(struct init *init, const struct frame *frame);

/* A call of the init's own, with id 0. */
void call_host(struct init *init, int op);

/* Answers a call of the host's; ERROR is NULL when all is well. */
void answer_host(struct init *init, int op, uint32_t id, const char *error);

#endif
