#include "channel.h"

#include <errno.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"
#include "say.h"

enum { HELLO_ID = 1, MS_PER_S = 1000 };

/*
 * Send buffer: 256 KiB is the kernel's default. libkrun up to 1.18 acknowledges only each 4 MiB (CONN_TX_BUF_SIZE / 2
 * in its vsock device), so that with a smaller buffer a connection stalls for ever.
 */
static const uint64_t BUFFER_SIZE = (4 << 20) + (256 << 10);

int dial_host(int flags) {
    struct sockaddr_vm host = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = VSOCK_PORT};
    struct timeval limit = {.tv_sec = HELLO_LIMIT_MS / MS_PER_S};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) return failed("cannot make a vsock socket");
    if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &BUFFER_SIZE, sizeof BUFFER_SIZE) != 0 ||
        setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &BUFFER_SIZE, sizeof BUFFER_SIZE) != 0)
        say("the vsock buffer stays small");
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&host, sizeof host) != 0 && errno != EINPROGRESS) {
        failed("cannot connect to the host");
        close(fd);
        return -1;
    }
    return fd;
}

void add_hello(struct frame_writer *writer, int role) {
    begin_message(writer, FRAME_CALL, OP_HELLO, HELLO_ID);
    add_number(writer, TAG_VERSION, PROTOCOL_VERSION);
    add_number(writer, TAG_ROLE, (uint64_t)role);
    end_frame(writer);
}

int check_hello(const struct frame *frame) {
    struct message message;
    struct field field;
    uint64_t version = 0;
    if (frame->kind != FRAME_ANSWER || parse_message(frame, &message) != 0 || message.op != OP_HELLO ||
        message.id != HELLO_ID)
        return refused("the host does not answer the hello but sends a frame of kind %d", frame->kind);
    while (next_field(&message.fields, &field) > 0) {
        if (field.tag == TAG_ERROR) return refused("the host refuses: %.*s", (int)field.size, (const char *)field.data);
        if (field.tag == TAG_VERSION && field_number(&field, &version) != 0) version = 0;
    }
    if (version != PROTOCOL_VERSION)
        return refused("the host speaks version %llu, this guest %d", (unsigned long long)version, PROTOCOL_VERSION);
    return 0;
}

/* Waits until there is something to read. */
static int wait_readable(int fd, long limit_ms) {
    struct pollfd poll_one = {.fd = fd, .events = POLLIN};
    int64_t deadline = now_ms() + limit_ms;
    int left, ready;
    do {
        left = (int)(deadline - now_ms());
        ready = poll(&poll_one, 1, left < 0 ? 0 : left);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 ? 0 : refused("the host has sent nothing for %ld s", limit_ms / MS_PER_S);
}

static int read_frame_within(struct channel *channel, struct frame *frame, long limit_ms) {
    for (;;) {
        long size = parse_frame(channel->buffer + channel->from, channel->until - channel->from, frame);
        ssize_t got;
        if (size < 0)
            return refused("the host sends a frame of kind %d with %u bytes, which is none", frame->kind, frame->size);
        if (size > 0) {
            channel->from += (size_t)size;
            return 0;
        }
        memmove(channel->buffer, channel->buffer + channel->from, channel->until - channel->from);
        channel->until -= channel->from;
        channel->from = 0;
        if (wait_readable(channel->fd, limit_ms) != 0) return -1;
        got = read(channel->fd, channel->buffer + channel->until, CHANNEL_SIZE - channel->until);
        if (got == 0) return refused("the host has closed the connection");
        if (got < 0 && errno != EINTR && errno != EAGAIN) return failed("cannot read from the host");
        if (got > 0) channel->until += (size_t)got;
        if (channel->until > channel->most) channel->most = channel->until;
    }
}

int read_frame(struct channel *channel, struct frame *frame) {
    return read_frame_within(channel, frame, STREAM_LIMIT_MS);
}

int open_channel(struct channel *channel, int role) {
    uint8_t bytes[128];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct timeval limit = {.tv_sec = HELLO_LIMIT_MS / MS_PER_S};
    struct frame frame;
    *channel = (struct channel){.fd = dial_host(0)};
    if (channel->fd < 0) return -1;
    setsockopt(channel->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if ((channel->buffer = malloc(CHANNEL_SIZE)) == NULL) return refused("no memory for a connection");
    add_hello(&writer, role);
    if (write_fully(channel->fd, bytes, writer.used) != 0) return failed("cannot write to the host");
    return read_frame_within(channel, &frame, HELLO_LIMIT_MS) == 0 ? check_hello(&frame) : -1;
}

int answer_channel(struct channel *channel, int op, const char *error) {
    uint8_t bytes[FRAME_HEAD + CALL_HEAD + FIELD_HEAD + REASON_SIZE];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    begin_message(&writer, FRAME_ANSWER, op, 0);
    if (error != NULL) add_text(&writer, TAG_ERROR, error);
    end_frame(&writer);
    return write_fully(channel->fd, bytes, writer.used) == 0 ? 0 : failed("cannot write to the host");
}

void drop_received(struct channel *channel) {
    if (channel->buffer != NULL) explicit_bzero(channel->buffer, channel->most);
    free(channel->buffer);
    channel->buffer = NULL;
}

void close_channel(struct channel *channel) {
    if (channel->fd >= 0) close(channel->fd);
    drop_received(channel);
    *channel = (struct channel){.fd = -1};
}
