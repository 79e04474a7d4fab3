/* Reports of the set-up process and of the first process of the agent's world to the init, one packet each. */
#ifndef NULLBOX_REPORT_H
#define NULLBOX_REPORT_H

#include <sys/types.h>

#include "disks.h"

enum report_kind {
    REPORT_REPAIR, /* a disk is being repaired, which may take long */
    REPORT_ALONE,  /* all is mounted, and the init runs alone */
    REPORT_WORLD,  /* PROCESS is the first process of the agent's world, as the init sees it; it waits for its start */
    REPORT_TERMINAL, /* the command has a terminal, whose other side is attached; before it runs */
    REPORT_STARTED,  /* the command runs; a pidfd of it is attached */
    REPORT_ENDED     /* the run has ended: HOW, CODE, TEXT */
};

struct report {
    enum report_kind kind;
    int how, code;
    /* Of WORLD: whether the command's streams have windows, and its input comes from the host; and are a terminal. */
    int streams, terminal;
    pid_t process;
    unsigned kept;
    char devices[DISK_COUNT][32];
    char text[256];
};

/* Sends a report, with DESCRIPTOR when that is not -1. */
int send_report(int socket, const struct report *report, int descriptor);

/* Sends the report that the run has ended. */
int send_end(int socket, int how, int code, const char *text);

/* Receives one report: 1, *DESCRIPTOR then being -1 or its descriptor; 0 when there is none, -1 when no more can come.
 */
int receive_report(int socket, struct report *report, int *descriptor);

#endif
