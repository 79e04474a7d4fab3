/* A connection to the host on which nobody waits: it is polled with everything else that the init does. */
#ifndef NULLBOX_LINK_H
#define NULLBOX_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "frames.h"

/* States of a connection; a broken one is closed. */
enum link_state { LINK_UNUSED, LINK_DIALLED, LINK_GREETING, LINK_OPEN, LINK_BROKEN };

struct link {
    enum link_state state;
    int fd, role;
    /* The host is expected to close it. */
    int may_close;
    int64_t deadline;
    uint8_t *in;
    size_t in_capacity, in_from, in_until, sent;
    struct frame_writer out;
};

/* Begins to dial; IN and OUT are the buffers of what comes and goes. */
void open_link(struct link *link, int role, uint8_t *in, size_t in_capacity, uint8_t *out, size_t out_capacity);

/* Events of poll(2) that it waits for. */
short link_events(const struct link *link);

/* After poll has found EVENTS, or none: sends and receives what is possible, and sees to the limit of the hello. */
void turn_link(struct link *link, short events);

/* The next frame of an open one, which stays until the link is turned; 0 when there is none. What is none breaks it. */
int link_frame(struct link *link, struct frame *frame);

/* Whether all that was written has been sent. */
int is_link_flushed(const struct link *link);

/* Closes it, with a reason on the console unless that is NULL. */
void break_link(struct link *link, const char *why);

#endif
