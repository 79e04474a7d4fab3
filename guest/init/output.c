#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "protocol.h"
#include "say.h"

/*
 * Size of a read, and pause between rounds. A frame with its heads is one packet, in memory of eight pages, which the
 * kernel can allocate under fragmentation. The pause between two rounds of reading collects small writes into large
 * frames: a packet costs an exit of the virtual machine. The number of frames in a round is bounded: an agent that
 * writes as fast as the host reads delays neither the heartbeat nor the end.
 */
enum { PIECE_SIZE = 28 << 10, PAUSE_MS = 2, MOST_PIECES = 16 };

/* The window of each direction; the host has the same (GuestProtocol.STREAM_WINDOW). */
enum { STREAM_WINDOW = 131072 };

/* Input that the command has not taken yet. */
static uint8_t stash[STREAM_WINDOW];

static const int KINDS[OUTPUT_STREAMS] = {FRAME_STDOUT, FRAME_STDERR};

int make_output(struct output *output, int writers[OUTPUT_STREAMS], int *reader) {
    int input[2];
    if (pipe2(input, O_CLOEXEC) != 0) return failed("cannot make the pipes of the agent");
    fcntl(input[1], F_SETFL, O_NONBLOCK);
    output->input = input[1];
    *reader = input[0];
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make the pipes of the agent");
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        output->pipes[i] = ends[0];
        writers[i] = ends[1];
    }
    return 0;
}

static int is_bounded(const struct output *output) {
    return output->has_windows && !output->is_last;
}

static void close_input(struct output *output) {
    if (output->input >= 0) close(output->input);
    output->input = -1;
}

static void close_pipes(struct output *output) {
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        if (output->pipes[i] >= 0) close(output->pipes[i]);
        output->pipes[i] = -1;
    }
}

void open_output(struct output *output, int has_windows, int has_terminal) {
    static uint8_t in[FRAME_HEAD + STREAM_WINDOW], out[FRAME_HEAD + PIECE_SIZE];
    output->has_windows = has_windows;
    output->has_terminal = output->awaits_terminal = has_terminal;
    output->window = STREAM_WINDOW;
    if (!has_windows || has_terminal) close_input(output);
    if (has_terminal) close_pipes(output);
    open_link(&output->link, ROLE_OUTPUT, in, sizeof in, out, sizeof out);
}

/* Gives the terminal the size that the host has said last. Source: ioctl_tty(2). */
static void resize_terminal(const struct output *output) {
    struct winsize size = {.ws_row = (unsigned short)output->rows, .ws_col = (unsigned short)output->columns};
    if (output->rows > 0 && output->input >= 0) ioctl(output->input, TIOCSWINSZ, &size);
}

void use_terminal(struct output *output, int terminal) {
    if (terminal < 0 || !output->awaits_terminal) {
        if (terminal >= 0) close(terminal);
        return;
    }
    output->awaits_terminal = 0;
    fcntl(terminal, F_SETFL, fcntl(terminal, F_GETFL) | O_NONBLOCK);
    output->input = fcntl(terminal, F_DUPFD_CLOEXEC, 0);
    output->pipes[0] = terminal;
    resize_terminal(output);
}

/* Adds input to the stash, which has room for all that the host may send. Input after the end counts as taken. */
static int keep_input(struct output *output, const struct frame *frame) {
    if (output->is_input_ended) {
        output->owed += frame->size;
        return 0;
    }
    if (output->stash_from > 0) {
        memmove(stash, stash + output->stash_from, output->stash_until - output->stash_from);
        output->stash_until -= output->stash_from;
        output->stash_from = 0;
    }
    if (frame->size > sizeof stash - output->stash_until) return -1;
    memcpy(stash + output->stash_until, frame->payload, frame->size);
    output->stash_until += frame->size;
    return 0;
}

static int take_frame(struct output *output, const struct frame *frame) {
    switch (frame->kind) {
    case FRAME_STDIN:
        return keep_input(output, frame);
    case FRAME_END:
        /* A terminal has no end of input: programs read the key for it. */
        output->is_input_ended = !output->has_terminal;
        return 0;
    case FRAME_RESIZE:
        if (!output->has_terminal || frame->size != 2 * sizeof(uint16_t)) return -1;
        output->rows = (unsigned)(frame->payload[0] << 8 | frame->payload[1]);
        output->columns = (unsigned)(frame->payload[2] << 8 | frame->payload[3]);
        resize_terminal(output);
        return 0;
    case FRAME_CREDIT:
        if (frame->size != sizeof(uint32_t)) return -1;
        output->window += get_u32(frame->payload);
        return output->window <= STREAM_WINDOW || output->is_last ? 0 : -1;
    default:
        return -1;
    }
}

/* Passes input on; what a command that reads nothing any more would get counts as taken. */
static void pass_input(struct output *output) {
    if (output->awaits_terminal) return;
    while (output->stash_from < output->stash_until) {
        size_t left = output->stash_until - output->stash_from;
        ssize_t put = output->input < 0 ? (ssize_t)left : write(output->input, stash + output->stash_from, left);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) return;
        if (put < 0) {
            close_input(output);
            continue;
        }
        output->stash_from += (size_t)put;
        output->owed += (uint32_t)put;
    }
    if (output->is_input_ended) close_input(output);
}

static void tell_credit(struct output *output) {
    struct frame_writer *writer = &output->link.out;
    if (output->owed == 0 || output->is_ended || output->link.state != LINK_OPEN || !is_link_flushed(&output->link))
        return;
    begin_frame(writer, FRAME_CREDIT);
    put_u32(writer->data + writer->used, output->owed);
    writer->used += sizeof output->owed;
    end_frame(writer);
    output->owed = 0;
    turn_link(&output->link, 0);
}

void take_input(struct output *output) {
    struct frame frame;
    while (link_frame(&output->link, &frame))
        if (!output->has_windows || take_frame(output, &frame) != 0)
            break_link(&output->link, "the host sends what is none of a command's streams");
    pass_input(output);
    tell_credit(output);
}

int input_to_poll(const struct output *output) {
    return output->stash_from < output->stash_until ? output->input : -1;
}

void send_rest(struct output *output) {
    output->is_last = 1;
    output->awaits_terminal = 0;
}

int wants_output(const struct output *output, int64_t now) {
    return output->link.state == LINK_OPEN && is_link_flushed(&output->link) && !output->is_ended &&
           !output->awaits_terminal && now >= output->pause_until && (!is_bounded(output) || output->window > 0);
}

/* Sends one frame with the pipe's content; 0 when it is empty now. */
static int send_piece(struct output *output, int stream) {
    struct frame_writer *writer = &output->link.out;
    size_t most = is_bounded(output) && output->window < PIECE_SIZE ? output->window : PIECE_SIZE;
    ssize_t got = read(output->pipes[stream], writer->data + FRAME_HEAD, most);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got <= 0) {
        close(output->pipes[stream]);
        output->pipes[stream] = -1;
        return 1;
    }
    writer->used = 0;
    begin_frame(writer, KINDS[stream]);
    writer->used += (size_t)got;
    end_frame(writer);
    if (is_bounded(output)) output->window -= (size_t)got;
    return 1;
}

/* Sends one frame from the stream that is next, or from the other; 0 when both pipes are empty now. */
static int send_next(struct output *output) {
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        int stream = output->next;
        output->next = (output->next + 1) % OUTPUT_STREAMS;
        if (output->pipes[stream] >= 0 && send_piece(output, stream)) return 1;
    }
    return 0;
}

int pump_output(struct output *output) {
    int is_done = 0;
    if (!wants_output(output, now_ms())) return 0;
    for (int i = 0; i < MOST_PIECES && wants_output(output, output->pause_until) && send_next(output); i++) {
        turn_link(&output->link, 0);
        is_done = 1;
    }
    output->pause_until = now_ms() + PAUSE_MS;
    if (!wants_output(output, output->pause_until) || output->pipes[0] >= 0 || output->pipes[1] >= 0) return is_done;
    begin_frame(&output->link.out, FRAME_END);
    end_frame(&output->link.out);
    output->is_ended = 1;
    turn_link(&output->link, 0);
    return 1;
}

int is_output_over(const struct output *output) {
    if (output->link.state == LINK_UNUSED || output->link.state == LINK_BROKEN) return 1;
    return output->is_ended && is_link_flushed(&output->link);
}
