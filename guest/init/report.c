#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "say.h"

/* Room for one descriptor, aligned as the kernel wants it. */
union descriptor_room {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int send_report(int socket, const struct report *report, int descriptor) {
    struct report copy = *report;
    struct iovec part = {&copy, sizeof copy};
    union descriptor_room room = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &room;
        message.msg_controllen = sizeof room.bytes;
        room.head.cmsg_level = SOL_SOCKET;
        room.head.cmsg_type = SCM_RIGHTS;
        room.head.cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(&room.head), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof copy ? 0 : failed("cannot report to the init");
}

int send_end(int socket, int how, int code, const char *text) {
    struct report report = {.kind = REPORT_ENDED, .how = how, .code = code};
    snprintf(report.text, sizeof report.text, "%s", text);
    return send_report(socket, &report, -1);
}

int receive_report(int socket, struct report *report, int *descriptor) {
    struct iovec part = {report, sizeof *report};
    union descriptor_room room = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room.bytes};
    ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *head;
    *descriptor = -1;
    if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (got != (ssize_t)sizeof *report) return -1;
    report->text[sizeof report->text - 1] = '\0';
    head = CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(head), sizeof *descriptor);
    return 1;
}
