/* Connections to the host: the guest dials, says what the connection is for, and is answered, each within a limit. */
#ifndef NULLBOX_CHANNEL_H
#define NULLBOX_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "frames.h"
#include "protocol.h"

/* How long the host may take to answer a hello, and to go on within a stream. */
enum { HELLO_LIMIT_MS = 10000, STREAM_LIMIT_MS = 60000, CHANNEL_SIZE = FRAME_HEAD + MAX_PAYLOAD };

/* A connection on which the caller waits. */
struct channel {
    int fd;
    /* What of the buffer is not read yet, and how much of it was ever used. */
    size_t from, until, most;
    uint8_t *buffer;
};

/* A socket that has begun to connect to the host; FLAGS of socket(2). -1 with a reason. */
int dial_host(int flags);

/* Adds the first call of a connection. */
void add_hello(struct frame_writer *writer, int role);

/* Whether FRAME is the answer to it; -1 with a reason when it is not. */
int check_hello(const struct frame *frame);

/* Dials and says hello; -1 with a reason. */
int open_channel(struct channel *channel, int role);

/* The next frame, which stays until the next call; -1 with a reason. */
int read_frame(struct channel *channel, struct frame *frame);

/* Sends an answer with id 0: well, or ERROR. */
int answer_channel(struct channel *channel, int op, const char *error);

/* Overwrites all that was received, and gives its memory back; nothing more can be read. */
void drop_received(struct channel *channel);

/* Closes it, after the same. */
void close_channel(struct channel *channel);

#endif
