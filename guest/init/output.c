#include "output.h"

#include <errno.h>
#include <fcntl.h>
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
enum { PIECE_SIZE = 28 << 10, HELLO_SIZE = 1024, PAUSE_MS = 2, MOST_PIECES = 16 };

static const int KINDS[OUTPUT_STREAMS] = {FRAME_STDOUT, FRAME_STDERR};

int make_output(struct output *output, int writers[OUTPUT_STREAMS]) {
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make the pipes of the agent");
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        output->pipes[i] = ends[0];
        writers[i] = ends[1];
    }
    return 0;
}

void open_output(struct output *output) {
    static uint8_t in[HELLO_SIZE], out[FRAME_HEAD + PIECE_SIZE];
    open_link(&output->link, ROLE_OUTPUT, in, sizeof in, out, sizeof out);
}

int wants_output(const struct output *output, int64_t now) {
    return output->link.state == LINK_OPEN && is_link_flushed(&output->link) && !output->is_ended &&
           now >= output->pause_until;
}

/* Sends one frame with the pipe's content; 0 when it is empty now. */
static int send_piece(struct output *output, int stream) {
    struct frame_writer *writer = &output->link.out;
    ssize_t got = read(output->pipes[stream], writer->data + FRAME_HEAD, PIECE_SIZE);
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
