/*
 * The codec of the wire (protocol.h): no input or output, no memory of its own. Whatever bytes come in, nothing outside
 * them is read, and what is malformed is told apart from what is not complete.
 */
#ifndef NULLBOX_FRAMES_H
#define NULLBOX_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEAD = 5, CALL_HEAD = 5, FIELD_HEAD = 5, NUMBER_SIZE = 8 };

/* A frame as it lies in the buffer of its connection. */
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

/* What is left of the fields of a payload. */
struct fields {
    const uint8_t *next, *end;
};

/* A CALL or an ANSWER. */
struct message {
    int op;
    uint32_t id;
    struct fields fields;
};

/* Bytes of the frame that DATA begins with; 0 when more must come first, -1 when it is none: too long or of no kind. */
long parse_frame(uint8_t *data, size_t size, struct frame *frame);

/* The head of a CALL's or ANSWER's payload; -1 when it is too short. */
int parse_message(const struct frame *frame, struct message *message);

/* 1 with the next field, 0 when there is no more, -1 when what is left is none. */
int next_field(struct fields *fields, struct field *field);

/* The number in a field; -1 when it is not 8 bytes. */
int field_number(const struct field *field, uint64_t *number);

/* The text in a field, in memory of its own; NULL when it holds a NUL, or there is no memory. */
char *field_text(const struct field *field);

/* Frames on their way out. What does not fit sets OVERFLOWED and leaves the bytes before it as they were. */
struct frame_writer {
    uint8_t *data;
    size_t capacity, used, begun;
    int overflowed;
};

void begin_frame(struct frame_writer *writer, int kind);
void begin_message(struct frame_writer *writer, int kind, int op, uint32_t id);
void add_field(struct frame_writer *writer, int tag, const void *data, size_t size);
void add_number(struct frame_writer *writer, int tag, uint64_t number);
/* Bytes that are no UTF-8 become '?': texts hold what agents and the kernel say. */
void add_text(struct frame_writer *writer, int tag, const char *text);
void end_frame(struct frame_writer *writer);

/* Replaces each byte that belongs to no character of UTF-8 (RFC 3629). */
void clean_utf8(uint8_t *text, size_t size);

uint32_t get_u32(const uint8_t *data);
void put_u32(uint8_t *data, uint32_t number);

#endif
