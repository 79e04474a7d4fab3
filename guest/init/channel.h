/*
 * Connections to the host: the guest dials, states the purpose of the connection in its hello, and is answered, each
 * within a timeout.
 */
#ifndef NULLBOX_CHANNEL_H
#define NULLBOX_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "frames.h"
#include "protocol.h"

/* Timeouts of the host's answer to a hello, and of a pause within a stream. */
enum { HELLO_LIMIT_MS = 10000, STREAM_LIMIT_MS = 60000, CHANNEL_SIZE = FRAME_HEAD + MAX_PAYLOAD };

/* A connection with blocking reads. */
struct channel {
    int fd;
    /* Range of the buffer that is not read yet, and the most that was ever used. */
    size_t from, until, most;
    uint8_t *buffer;
};

/* A socket that has begun to connect to the host; FLAGS of socket(2). -1 with a reason. */
int dial_host(int flags);

/* Adds the first call of a connection. */
void add_hello(struct frame_writer *writer, int role);

/* Dials and sends the hello; -1 with a reason. */
int check_hello(const struct frame *frame);

/* Dials and says hello; -1 with a reason. */
int open_channel(struct channel *channel, int role);

/* The next frame, valid until the next call; -1 with a reason. */
int read_frame(struct channel *channel, struct frame *frame);

/* Sends an answer with id 0: success, or ERROR. */
int answer_channel(struct channel *channel, int op, const char *error);

/* Overwrites all received bytes, and frees their memory; nothing more can be read. */
void drop_received(struct channel *channel);

/* Closes the connection, after overwriting in the same way. */
void close_channel(struct channel *channel);

#endif
