#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroups.h"
#include "clock.h"
#include "init.h"
#include "protocol.h"
#include "say.h"
#include "secrets.h"
#include "tools.h"

/* Fields of one call of the host. */
struct call_fields {
    char *name;
    uint64_t signal, millis, nanos;
    const uint8_t *token;
    size_t token_size;
};

static int read_call(struct fields fields, struct call_fields *call) {
    struct field field;
    int more;
    *call = (struct call_fields){.signal = SIGTERM};
    while ((more = next_field(&fields, &field)) > 0) {
        int problem = 0;
        switch (field.tag) {
        case TAG_NAME:
            free(call->name);
            problem = (call->name = field_text(&field)) == NULL;
            break;
        case TAG_SIGNAL:
            problem = field_number(&field, &call->signal);
            break;
        case TAG_MILLIS:
            problem = field_number(&field, &call->millis);
            break;
        case TAG_NANOS:
            problem = field_number(&field, &call->nanos);
            break;
        case TAG_TOKEN:
            call->token = field.data;
            call->token_size = field.size;
            break;
        default:
            return refused("field %d is none of this call", field.tag);
        }
        if (problem != 0) return refused("field %d is malformed", field.tag);
    }
    return more == 0 ? 0 : refused("the call ends within a field");
}

static void queue(struct init *init, void (*add)(struct frame_writer *, const void *), const void *context) {
    struct frame_writer *writer = &init->control.out;
    if (init->control.state != LINK_OPEN) return;
    add(writer, context);
    /* The host reads nothing any more: treated as a broken connection. */
    if (writer->overflowed) break_link(&init->control, "the host does not read it");
}

struct short_message {
    int kind, op;
    uint32_t id;
    const char *error;
};

static void add_short(struct frame_writer *writer, const void *context) {
    const struct short_message *message = context;
    begin_message(writer, message->kind, message->op, message->id);
    if (message->error != NULL) add_text(writer, TAG_ERROR, message->error);
    end_frame(writer);
}

void call_host(struct init *init, int op) {
    struct short_message message = {FRAME_CALL, op, 0, NULL};
    queue(init, add_short, &message);
}

void answer_host(struct init *init, int op, uint32_t id, const char *error) {
    struct short_message message = {FRAME_ANSWER, op, id, error};
    if (id != 0) queue(init, add_short, &message);
}

static int send_signal(const struct init *init, int number) {
    return init->command < 0 ? 0 : (int)syscall(SYS_pidfd_send_signal, init->command, number, NULL, 0);
}

/* Sends the signal to the command, and at the given time ends all processes of the agent. */
static int stop(struct init *init, const struct call_fields *call) {
    if (call->signal == 0 || call->signal >= NSIG)
        return refused("SIGNAL %llu is none", (unsigned long long)call->signal);
    if (init->stage == STAGE_ALONE) end_run(init, HOW_EXITED, 0, "");
    if (init->stage == STAGE_SETUP) end_run(init, HOW_SIGNALLED, (int)call->signal, "stopped before the command ran");
    if (init->stage != STAGE_RUN) return 0;
    if (send_signal(init, (int)call->signal) != 0) say("signal %d: %s", (int)call->signal, strerror(errno));
    init->kill_at = now_ms() + (int64_t)(call->millis > INT32_MAX ? INT32_MAX : call->millis);
    return 0;
}

static int obey(struct init *init, const struct message *message, const struct call_fields *call) {
    switch (message->op) {
    case OP_WIPE:
        return call->name == NULL ? refused("WIPE has no NAME") : wipe_secret(call->name);
    case OP_STOP:
        return stop(init, call);
    case OP_TOOLS:
        return start_tools(&init->tools, call->token, call->token_size);
    default:
        return set_clock(call->nanos);
    }
}

static void take_call(struct init *init, struct message *message) {
    struct call_fields call;
    int result;
    switch (message->op) {
    case OP_CHECK:
        if (init->stage != STAGE_RUN)
            answer_host(init, OP_CHECK, message->id, "the agent does not run");
        else if (begin_check(&init->checks, message->id, &message->fields) != 0)
            answer_host(init, OP_CHECK, message->id, reason());
        return;
    case OP_WIPE:
    case OP_STOP:
    case OP_TOOLS:
    case OP_TIME:
        result = read_call(message->fields, &call);
        if (result == 0) result = obey(init, message, &call);
        free(call.name);
        answer_host(init, message->op, message->id, result == 0 ? NULL : reason());
        return;
    default:
        break_link(&init->control, "the host calls what is none of an init's");
    }
}

void take_control_frame(struct init *init, const struct frame *frame) {
    struct message message;
    if (frame->kind == FRAME_SIGNAL && frame->size == sizeof(uint32_t)) {
        uint32_t number = get_u32(frame->payload);
        if (number >= NSIG || send_signal(init, (int)number) != 0) say("signal %u cannot be sent", number);
    } else if (frame->kind == FRAME_CALL && parse_message(frame, &message) == 0) {
        take_call(init, &message);
    } else {
        break_link(&init->control, "the host sends a frame that is none of an init's");
    }
}
