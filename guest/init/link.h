/* A connection to the host without blocking reads or writes: it is polled with everything else that the init does. */
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

/* Begins to dial; IN and OUT are the buffers of received and unsent bytes. */
void open_link(struct link *link, int role, uint8_t *in, size_t in_capacity, uint8_t *out, size_t out_capacity);

/* Events of poll(2) to wait for. */
short link_events(const struct link *link);

/*
 * Handles EVENTS that poll has found, or none: sends and receives what is possible, and checks the timeout of the
 * hello.
 */
void turn_link(struct link *link, short events);

/*
 * The next frame of an open link, valid until the link's next event; 0 when there is none. A malformed one breaks the
 * link.
 */
int link_frame(struct link *link, struct frame *frame);

/* Tells whether all that was written has been sent. */
int is_link_flushed(const struct link *link);

/* Closes it, with a reason on the console unless that is NULL. */
void break_link(struct link *link, const char *why);

#endif
