/* The agent's output: from the pipes that its command writes to, as frames to the host, whose pace is the agent's. */
#ifndef NULLBOX_OUTPUT_H
#define NULLBOX_OUTPUT_H

#include "link.h"

enum { OUTPUT_STREAMS = 2 };

struct output {
    struct link link;
    /* Ends to read from; -1 once all is read. */
    int pipes[OUTPUT_STREAMS];
    /* The stream whose turn is next, so that neither waits for the other for ever. */
    int next;
    int is_ended;
    /* No reading before this time. */
    int64_t pause_until;
};

/* Makes the pipes; WRITERS are the ends for the agent. -1 with a reason. */
int make_output(struct output *output, int writers[OUTPUT_STREAMS]);

/* Dials the host. */
void open_output(struct output *output);

/* Whether the pipes are to be polled, at this time. */
int wants_output(const struct output *output, int64_t now);

/* Sends what the pipes hold, and, when both are at their end, that; true when anything was sent. */
int pump_output(struct output *output);

/* Whether the host has all of it, or there is nobody to send it to. */
int is_output_over(const struct output *output);

#endif
