/* Codec of the guest protocol (protocol.h): frames, messages and fields. No input or output, no memory of its own.
 * Invariant: for any bytes, nothing outside them is read, and malformed input is distinguished from incomplete input.
 */
#ifndef NULLBOX_FRAMES_H
#define NULLBOX_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEAD = 5, CALL_HEAD = 5, FIELD_HEAD = 5, NUMBER_SIZE = 8 };

/* A frame in the buffer of its connection. */
struct frame {
    int kind;
    uint32_t size;
    uint8_t *payload;
};

/* One field of a call, an answer or an EXIT. */
struct field {
    int tag;
    uint32_t size;
    const uint8_t *data;
};

/* The unread fields of a payload. */
struct fields {
    const uint8_t *next, *end;
};

/* A CALL or an ANSWER. */
struct message {
    int op;
    uint32_t id;
    struct fields fields;
};

/*
 * Parses the frame at the start of DATA: its length, 0 when it is incomplete, -1 when it is malformed: too long or of
 * an unknown kind.
 */
long parse_frame(uint8_t *data, size_t size, struct frame *frame);

/* Parses the head of a CALL's or ANSWER's payload; -1 when it is too short. */
int parse_message(const struct frame *frame, struct message *message);

/* Parses the next field: 1, 0 at the end, -1 when the rest is malformed. */
int next_field(struct fields *fields, struct field *field);

/* The number in a field; -1 when it is not 8 bytes. */
int field_number(const struct field *field, uint64_t *number);

/* The text in a field, in allocated memory; NULL when it holds a NUL, or memory is exhausted. */
char *field_text(const struct field *field);

/* Writer of frames. What does not fit sets OVERFLOWED and leaves the bytes before it as they were. */
struct frame_writer {
    uint8_t *data;
    size_t capacity, used, begun;
    int overflowed;
};

void begin_frame(struct frame_writer *writer, int kind);
void begin_message(struct frame_writer *writer, int kind, int op, uint32_t id);
void add_field(struct frame_writer *writer, int tag, const void *data, size_t size);
void add_number(struct frame_writer *writer, int tag, uint64_t number);
/* Adds a text; invalid UTF-8 becomes '?', as texts can come from agents and the kernel. */
void add_text(struct frame_writer *writer, int tag, const char *text);
void end_frame(struct frame_writer *writer);

/* Replaces each byte that belongs to no character of UTF-8 (RFC 3629). */
void clean_utf8(uint8_t *text, size_t size);

uint32_t get_u32(const uint8_t *data);
void put_u32(uint8_t *data, uint32_t number);

#endif
