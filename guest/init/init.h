/* The init's state of the run, and its transitions from one stage to the next. */
#ifndef NULLBOX_INIT_H
#define NULLBOX_INIT_H

#include "checks.h"
#include "link.h"
#include "output.h"
#include "report.h"

/* Stages of a run, in their order: the set-up process works; the agent runs, or the init alone (ALONE); remaining
 * output goes to the host (DRAIN); disks are synced and unmounted (RELEASE); the end is reported to the host (REPORT).
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
    /* The init's end of the socket of reports. */
    int status;
    /* A pidfd of the agent's command; -1 before and after. */
    int command;
    /* Children; 0 when there is none. */
    pid_t setup, world, releaser, tools;
    unsigned kept;
    char devices[DISK_COUNT][32];
    /* Times of now_ms(); 0 for none. */
    int64_t heartbeat_at, kill_at, stage_ends_at;
    int was_killed;
    /* Reports for the host, sent once the control connection is open. */
    int owes_repair, owes_started, owes_exit;
};

/* Runs until the guest ends. */
_Noreturn void run_init(struct init *init);

/* Ends the run, for this reason unless there was one before: every process of the agent is killed. */
void end_run(struct init *init, int how, int code, const char *text);

/* Handles one frame of the host on the control connection. */
void take_control_frame(struct init *init, const struct frame *frame);

/* Sends a call of the init, with id 0. */
void call_host(struct init *init, int op);

/* Answers a call of the host; ERROR is NULL on success. */
void answer_host(struct init *init, int op, uint32_t id, const char *error);

#endif
