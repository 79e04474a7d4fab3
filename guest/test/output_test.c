/* Streams of a command: windows of both directions, and what happens at their ends. A socket pair is the host. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "../init/output.h"
#include "../init/protocol.h"

enum { WINDOW = 131072, PIECE = 65536, MUCH = 300000, ROUNDS = 20, MOST_ROUNDS = 8000, PAUSE_US = 2500 };

static struct output output;
static int host, writers[OUTPUT_STREAMS], reader;

/* What the host has received. */
static size_t out_bytes, error_bytes, credits, ends;
static uint8_t received[1 << 20];
static size_t received_size;

int __wrap_dial_host(int flags);

int __wrap_dial_host(int flags) {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, sockets) != 0) exit(1);
    host = sockets[1];
    return sockets[0];
}

static void take(const struct frame *frame) {
    if (frame->kind == FRAME_STDOUT) out_bytes += frame->size;
    if (frame->kind == FRAME_STDERR) error_bytes += frame->size;
    if (frame->kind == FRAME_CREDIT) credits += get_u32(frame->payload);
    if (frame->kind == FRAME_END) ends++;
}

static void collect(void) {
    struct frame frame;
    long size;
    ssize_t got;
    while ((got = recv(host, received + received_size, sizeof received - received_size, MSG_DONTWAIT)) > 0)
        received_size += (size_t)got;
    while ((size = parse_frame(received, received_size, &frame)) > 0) {
        take(&frame);
        received_size -= (size_t)size;
        memmove(received, received + size, received_size);
    }
}

/* A round of the init's loop, after which the host reads. */
static void turn_once(void) {
    turn_link(&output.link, POLLIN | POLLOUT);
    take_input(&output);
    pump_output(&output);
    collect();
    usleep(PAUSE_US);
}

/* Rounds until the host has so much, and some more, in which nothing else may come. */
static void turn_until(const size_t *counter, size_t wanted) {
    for (int i = 0; i < MOST_ROUNDS && *counter < wanted; i++)
        turn_once();
    for (int i = 0; i < ROUNDS; i++)
        turn_once();
}

static void turn(void) {
    turn_until(&ends, 0);
}

static void send_frame(int kind, const void *data, size_t size) {
    static uint8_t bytes[FRAME_HEAD + 2 * WINDOW];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    size_t sent = 0;
    begin_frame(&writer, kind);
    if (size > 0) memcpy(bytes + writer.used, data, size);
    writer.used += size;
    end_frame(&writer);
    while (sent < writer.used) {
        ssize_t put = send(host, bytes + sent, writer.used - sent, MSG_DONTWAIT);
        if (put > 0) sent += (size_t)put;
        turn_link(&output.link, POLLIN | POLLOUT);
        take_input(&output);
        if (output.link.state != LINK_OPEN) return;
    }
}

static void give_credit(uint32_t number) {
    uint8_t bytes[sizeof number];
    put_u32(bytes, number);
    send_frame(FRAME_CREDIT, bytes, sizeof bytes);
}

static void begin_with(int has_windows, int has_terminal) {
    uint8_t bytes[64];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    memset(&output, 0, sizeof output);
    out_bytes = error_bytes = credits = ends = received_size = 0;
    CHECK(make_output(&output, writers, &reader) == 0);
    open_output(&output, has_windows, has_terminal);
    begin_message(&writer, FRAME_ANSWER, OP_HELLO, 1);
    add_number(&writer, TAG_VERSION, PROTOCOL_VERSION);
    end_frame(&writer);
    CHECK(send(host, bytes, writer.used, 0) == (ssize_t)writer.used);
    for (int i = 0; i < 3; i++)
        turn_link(&output.link, POLLIN | POLLOUT);
    CHECK(output.link.state == LINK_OPEN);
}

static void begin(int has_windows) {
    begin_with(has_windows, 0);
}

/* A command that writes so much to each of its streams, and ends. */
static void write_much(size_t out, size_t error) {
    static uint8_t bytes[MUCH];
    if (fork() == 0) {
        while (out > 0)
            out -= (size_t)write(writers[0], bytes, out);
        while (error > 0)
            error -= (size_t)write(writers[1], bytes, error);
        _exit(0);
    }
    close(writers[0]);
    close(writers[1]);
}

static void finish(void) {
    break_link(&output.link, NULL);
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        if (output.pipes[i] >= 0) close(output.pipes[i]);
    if (output.input >= 0) close(output.input);
    close(reader);
    close(host);
}

static void test_output_stops_at_its_window(void) {
    begin(1);
    write_much(MUCH, 1000);
    turn_until(&out_bytes, WINDOW);
    CHECK(out_bytes == WINDOW);
    give_credit(1000);
    turn_until(&out_bytes, WINDOW + 1000);
    CHECK(out_bytes == WINDOW + 1000);
    give_credit(WINDOW);
    turn_until(&out_bytes, 2 * WINDOW);
    CHECK(out_bytes + error_bytes == 2 * WINDOW + 1000);
    CHECK(ends == 0);
    send_rest(&output);
    turn_until(&ends, 1);
    CHECK(out_bytes == MUCH);
    CHECK(error_bytes == 1000);
    CHECK(ends == 1);
    CHECK(is_output_over(&output));
    give_credit(WINDOW);
    CHECK(output.link.state == LINK_OPEN);
    finish();
}

static void test_output_without_windows_is_not_held_up(void) {
    uint8_t byte;
    begin(0);
    CHECK(read(reader, &byte, 1) == 0);
    write_much(MUCH, MUCH);
    turn_until(&ends, 1);
    CHECK(out_bytes == MUCH);
    CHECK(error_bytes == MUCH);
    CHECK(ends == 1);
    finish();
    begin(0);
    send_frame(FRAME_STDIN, "x", 1);
    turn();
    CHECK(output.link.state == LINK_BROKEN);
    finish();
}

static void read_input(size_t size, uint8_t *from) {
    static uint8_t bytes[WINDOW];
    size_t taken = 0;
    while (taken < size) {
        ssize_t got = read(reader, bytes, size - taken);
        if (!CHECK(got > 0)) return;
        CHECK(memcmp(bytes, from + taken, (size_t)got) == 0);
        taken += (size_t)got;
        turn_link(&output.link, 0);
        take_input(&output);
    }
}

static void test_input_is_passed_on_as_it_is_taken(void) {
    static uint8_t bytes[WINDOW];
    uint8_t byte;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    begin(1);
    send_frame(FRAME_STDIN, bytes, PIECE);
    send_frame(FRAME_STDIN, bytes + PIECE, PIECE);
    turn();
    CHECK(credits == PIECE);
    CHECK(input_to_poll(&output) == output.input);
    send_frame(FRAME_END, NULL, 0);
    read_input(sizeof bytes, bytes);
    turn();
    CHECK(credits == sizeof bytes);
    CHECK(input_to_poll(&output) == -1);
    CHECK(read(reader, &byte, 1) == 0);
    send_frame(FRAME_STDIN, bytes, 10);
    send_frame(FRAME_END, NULL, 0);
    turn();
    CHECK(credits == sizeof bytes + 10);
    CHECK(output.link.state == LINK_OPEN);
    finish();
}

static void test_input_of_a_command_that_reads_nothing_more_is_taken(void) {
    static uint8_t bytes[WINDOW];
    begin(1);
    send_frame(FRAME_STDIN, bytes, sizeof bytes);
    turn();
    close(reader);
    turn();
    CHECK(credits == sizeof bytes);
    send_frame(FRAME_STDIN, bytes, 100);
    turn();
    CHECK(credits == sizeof bytes + 100);
    CHECK(output.link.state == LINK_OPEN);
    reader = dup(0);
    finish();
}

static void test_host_that_passes_a_window_is_cut_off(void) {
    static uint8_t bytes[WINDOW];
    begin(1);
    send_frame(FRAME_STDIN, bytes, sizeof bytes);
    turn();
    send_frame(FRAME_STDIN, bytes, sizeof bytes);
    turn();
    CHECK(output.link.state == LINK_BROKEN);
    finish();
    begin(1);
    give_credit(1);
    turn();
    CHECK(output.link.state == LINK_BROKEN);
    finish();
}

/* A terminal whose other side the init has; the side of its programs. */
static int open_terminal(void) {
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC, other = posix_openpt(flags), own;
    struct termios settings;
    CHECK(other >= 0 && unlockpt(other) == 0);
    own = open(ptsname(other), flags);
    CHECK(own >= 0 && tcgetattr(own, &settings) == 0);
    cfmakeraw(&settings);
    CHECK(tcsetattr(own, TCSANOW, &settings) == 0);
    use_terminal(&output, other);
    return own;
}

static void test_terminal_is_both_streams_and_has_a_size(void) {
    static const uint8_t size[] = {0, 30, 1, 0}, other_size[] = {0, 50, 0, 150};
    struct winsize window;
    uint8_t bytes[16];
    int own;
    begin_with(1, 1);
    close(writers[0]);
    close(writers[1]);
    send_frame(FRAME_STDIN, "typed", 5);
    send_frame(FRAME_RESIZE, size, sizeof size);
    turn();
    CHECK(credits == 0);
    CHECK(ends == 0);
    own = open_terminal();
    turn();
    CHECK(credits == 5);
    CHECK(read(own, bytes, sizeof bytes) == 5);
    CHECK(memcmp(bytes, "typed", 5) == 0);
    CHECK(ioctl(own, TIOCGWINSZ, &window) == 0 && window.ws_row == 30 && window.ws_col == 256);
    send_frame(FRAME_RESIZE, other_size, sizeof other_size);
    turn();
    CHECK(ioctl(own, TIOCGWINSZ, &window) == 0 && window.ws_row == 50 && window.ws_col == 150);
    send_frame(FRAME_END, NULL, 0);
    send_frame(FRAME_STDIN, "more", 4);
    CHECK(write(own, "seen", 4) == 4);
    turn();
    CHECK(out_bytes == 4);
    CHECK(read(own, bytes, sizeof bytes) == 4);
    CHECK(ends == 0);
    close(own);
    turn_until(&ends, 1);
    CHECK(ends == 1);
    CHECK(is_output_over(&output));
    finish();
}

static void test_terminal_that_never_comes_ends_as_output_does(void) {
    begin_with(1, 1);
    close(writers[0]);
    close(writers[1]);
    turn();
    CHECK(ends == 0);
    send_rest(&output);
    turn_until(&ends, 1);
    CHECK(ends == 1);
    finish();
    begin(1);
    send_frame(FRAME_RESIZE, "\0\1\0\1", 4);
    turn();
    CHECK(output.link.state == LINK_BROKEN);
    finish();
}

int main(void) {
    /* As in the init, which has all signals blocked. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    test_output_stops_at_its_window();
    test_output_without_windows_is_not_held_up();
    test_input_is_passed_on_as_it_is_taken();
    test_input_of_a_command_that_reads_nothing_more_is_taken();
    test_host_that_passes_a_window_is_cut_off();
    test_terminal_is_both_streams_and_has_a_size();
    test_terminal_that_never_comes_ends_as_output_does();
    return checked();
}
