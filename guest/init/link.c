#include "link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "clock.h"
#include "say.h"

static const char *name_of(const struct link *link) {
    return link->role == ROLE_OUTPUT ? "output" : "control";
}

void break_link(struct link *link, const char *why) {
    if (link->fd >= 0) close(link->fd);
    link->fd = -1;
    link->state = LINK_BROKEN;
    if (why != NULL) say("the %s connection is over: %s", name_of(link), why);
}

void open_link(struct link *link, int role, uint8_t *in, size_t in_capacity, uint8_t *out, size_t out_capacity) {
    *link = (struct link){.state = LINK_DIALLED, .role = role, .in = in, .in_capacity = in_capacity};
    link->out.data = out;
    link->out.capacity = out_capacity;
    link->deadline = now_ms() + HELLO_LIMIT_MS;
    link->fd = dial_host(SOCK_NONBLOCK);
    if (link->fd < 0) break_link(link, reason());
}

short link_events(const struct link *link) {
    switch (link->state) {
    case LINK_DIALLED:
        return POLLOUT;
    case LINK_GREETING:
    case LINK_OPEN:
        return (short)(POLLIN | (is_link_flushed(link) ? 0 : POLLOUT));
    default:
        return 0;
    }
}

int is_link_flushed(const struct link *link) {
    return link->sent == link->out.used;
}

static void flush(struct link *link) {
    while (link->fd >= 0 && link->sent < link->out.used) {
        ssize_t put = send(link->fd, link->out.data + link->sent, link->out.used - link->sent, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) return;
        if (put < 0) {
            break_link(link, strerror(errno));
            return;
        }
        link->sent += (size_t)put;
    }
    link->sent = link->out.used = 0;
}

static void fill(struct link *link) {
    ssize_t got;
    if (link->in_from > 0) {
        memmove(link->in, link->in + link->in_from, link->in_until - link->in_from);
        link->in_until -= link->in_from;
        link->in_from = 0;
    }
    got = recv(link->fd, link->in + link->in_until, link->in_capacity - link->in_until, 0);
    if (got == 0) break_link(link, link->may_close ? NULL : "the host has closed it");
    if (got < 0 && errno != EAGAIN && errno != EINTR) break_link(link, strerror(errno));
    if (got > 0) link->in_until += (size_t)got;
}

static void finish_dialling(struct link *link) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        break_link(link, strerror(error));
        return;
    }
    add_hello(&link->out, link->role);
    link->state = LINK_GREETING;
}

static void finish_greeting(struct link *link) {
    struct frame frame;
    long size = parse_frame(link->in + link->in_from, link->in_until - link->in_from, &frame);
    if (size == 0) return;
    if (size < 0 || check_hello(&frame) != 0) {
        break_link(link, size < 0 ? "the host sends what is no frame" : reason());
        return;
    }
    link->in_from += (size_t)size;
    link->state = LINK_OPEN;
}

void turn_link(struct link *link, short events) {
    if (link->state == LINK_UNUSED || link->state == LINK_BROKEN) return;
    if (link->state == LINK_DIALLED && events != 0) finish_dialling(link);
    if (link->fd >= 0 && link->state != LINK_DIALLED) flush(link);
    if (link->fd >= 0 && events & (POLLIN | POLLHUP | POLLERR) && link->state != LINK_DIALLED) fill(link);
    if (link->state == LINK_GREETING) finish_greeting(link);
    if ((link->state == LINK_DIALLED || link->state == LINK_GREETING) && now_ms() > link->deadline)
        break_link(link, "the host has not answered the hello");
}

int link_frame(struct link *link, struct frame *frame) {
    long size;
    if (link->state != LINK_OPEN) return 0;
    size = parse_frame(link->in + link->in_from, link->in_until - link->in_from, frame);
    if (size < 0 || (size == 0 && link->in_until - link->in_from == link->in_capacity)) {
        break_link(link, "the host sends what is no frame");
        return 0;
    }
    link->in_from += (size_t)size;
    return size > 0;
}
