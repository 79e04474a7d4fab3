/*
 * Output of the agent: read from the pipes of its command and sent as frames to the host. A host that reads slowly
 * slows the agent down.
 */
#ifndef NULLBOX_OUTPUT_H
#define NULLBOX_OUTPUT_H

#include "link.h"

enum { OUTPUT_STREAMS = 2 };

struct output {
    struct link link;
    /* Ends to read from; -1 after the end of the stream. */
    int pipes[OUTPUT_STREAMS];
    /* The stream that is read next, so that neither is starved. */
    int next;
    int is_ended;
    /* No reading before this time. */
    int64_t pause_until;
};

/* Makes the pipes; WRITERS are the ends for the agent. -1 with a reason. */
int make_output(struct output *output, int writers[OUTPUT_STREAMS]);

/* Dials the host. */
void open_output(struct output *output);

/* Tells whether the pipes are to be polled, at this time. */
int wants_output(const struct output *output, int64_t now);

/* Sends the pipes' content, and, when both have ended, their ends; true when anything was sent. */
int pump_output(struct output *output);

/* Tells whether the host has received all of it, or there is no host any more. */
int is_output_over(const struct output *output);

#endif
