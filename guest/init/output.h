/*
 * Streams of the agent: output is read from the pipes of its command and sent as frames to the host. A host that reads
 * slowly slows the agent down. Where an operator has the streams, each direction has a window of bytes that may be sent
 * before the other side has taken them, and input comes by the same connection. A command with a terminal has one
 * stream for both, which its world makes and hands over.
 */
#ifndef NULLBOX_OUTPUT_H
#define NULLBOX_OUTPUT_H

#include "link.h"

enum { OUTPUT_STREAMS = 2 };

struct output {
    struct link link;
    /* Ends to read from; -1 after the end of the stream. */
    int pipes[OUTPUT_STREAMS];
    /* The stream that is read next, so that neither is starved. */
    int next;
    int is_ended;
    /* No reading before this time. */
    int64_t pause_until;
    /* Whether the directions have windows, and how much of that of the output is left. */
    int has_windows, is_last;
    size_t window;
    /* End to write the command's input to, or -1; bytes that it has not taken yet; whether no more will come. */
    int input;
    size_t stash_from, stash_until;
    int is_input_ended;
    /* Whether the streams are a terminal, and whether that is still to come. */
    int has_terminal, awaits_terminal;
    /* The size that the host has said last; 0 rows while it has said none. */
    unsigned rows, columns;
    /* Bytes of input that were taken, and the host has not been told of. */
    uint32_t owed;
};

/* Makes the pipes; WRITERS and *READER are the ends for the agent. -1 with a reason. */
int make_output(struct output *output, int writers[OUTPUT_STREAMS], int *reader);

/* Dials the host; without windows the command has no input. With a terminal the pipes are not used. */
void open_output(struct output *output, int has_windows, int has_terminal);

/* Takes the other side of the command's terminal over; any other descriptor is closed. */
void use_terminal(struct output *output, int terminal);

/* Takes the host's frames, and passes input on as far as the command takes it. */
void take_input(struct output *output);

/* The descriptor that is to be polled for room for input, or -1. */
int input_to_poll(const struct output *output);

/* Lets the rest of the output be sent whatever its window has left: no process could write more, or make a terminal. */
void send_rest(struct output *output);

/* Tells whether the pipes are to be polled, at this time. */
int wants_output(const struct output *output, int64_t now);

/* Sends the pipes' content, and, when both have ended, their ends; true when anything was sent. */
int pump_output(struct output *output);

/* Tells whether the host has received all of it, or there is no host any more. */
int is_output_over(const struct output *output);

#endif
