#include "frames.h"

#include <stdlib.h>
#include <string.h>

#include "protocol.h"

uint32_t get_u32(const uint8_t *data) {
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

void put_u32(uint8_t *data, uint32_t number) {
    data[0] = (uint8_t)(number >> 24);
    data[1] = (uint8_t)(number >> 16);
    data[2] = (uint8_t)(number >> 8);
    data[3] = (uint8_t)number;
}

long parse_frame(uint8_t *data, size_t size, struct frame *frame) {
    if (size < FRAME_HEAD) return 0;
    frame->size = get_u32(data);
    frame->kind = data[4];
    frame->payload = data + FRAME_HEAD;
    if (frame->size > MAX_PAYLOAD || frame->kind < FRAME_CALL || frame->kind > FRAME_EXIT) return -1;
    return size - FRAME_HEAD < frame->size ? 0 : (long)frame->size + FRAME_HEAD;
}

int parse_message(const struct frame *frame, struct message *message) {
    if (frame->size < CALL_HEAD) return -1;
    message->op = frame->payload[0];
    message->id = get_u32(frame->payload + 1);
    message->fields.next = frame->payload + CALL_HEAD;
    message->fields.end = frame->payload + frame->size;
    return 0;
}

int next_field(struct fields *fields, struct field *field) {
    size_t left = (size_t)(fields->end - fields->next);
    if (left == 0) return 0;
    if (left < FIELD_HEAD) return -1;
    field->tag = fields->next[0];
    field->size = get_u32(fields->next + 1);
    field->data = fields->next + FIELD_HEAD;
    if (field->size > left - FIELD_HEAD) return -1;
    fields->next = field->data + field->size;
    return 1;
}

int field_number(const struct field *field, uint64_t *number) {
    if (field->size != NUMBER_SIZE) return -1;
    *number = (uint64_t)get_u32(field->data) << 32 | get_u32(field->data + 4);
    return 0;
}

char *field_text(const struct field *field) {
    char *text;
    if (field->size > 0 && memchr(field->data, 0, field->size) != NULL) return NULL;
    if ((text = malloc((size_t)field->size + 1)) == NULL) return NULL;
    memcpy(text, field->data, field->size);
    text[field->size] = '\0';
    return text;
}

/* Room for SIZE bytes more; NULL when there is none, or was none before within this frame. */
static uint8_t *reserve(struct frame_writer *writer, size_t size) {
    uint8_t *room = writer->data + writer->used;
    if (writer->overflowed || size > writer->capacity - writer->used) {
        writer->overflowed = 1;
        return NULL;
    }
    writer->used += size;
    return room;
}

void begin_frame(struct frame_writer *writer, int kind) {
    uint8_t *head;
    writer->begun = writer->used;
    if ((head = reserve(writer, FRAME_HEAD)) != NULL) head[4] = (uint8_t)kind;
}

void begin_message(struct frame_writer *writer, int kind, int op, uint32_t id) {
    uint8_t *head;
    begin_frame(writer, kind);
    if ((head = reserve(writer, CALL_HEAD)) == NULL) return;
    head[0] = (uint8_t)op;
    put_u32(head + 1, id);
}

void add_field(struct frame_writer *writer, int tag, const void *data, size_t size) {
    uint8_t *head;
    if (size > MAX_PAYLOAD) {
        writer->overflowed = 1;
        return;
    }
    if ((head = reserve(writer, FIELD_HEAD + size)) == NULL) return;
    head[0] = (uint8_t)tag;
    put_u32(head + 1, (uint32_t)size);
    if (size > 0) memcpy(head + FIELD_HEAD, data, size);
}

void add_number(struct frame_writer *writer, int tag, uint64_t number) {
    uint8_t bytes[NUMBER_SIZE];
    put_u32(bytes, (uint32_t)(number >> 32));
    put_u32(bytes + 4, (uint32_t)number);
    add_field(writer, tag, bytes, sizeof bytes);
}

void add_text(struct frame_writer *writer, int tag, const char *text) {
    add_field(writer, tag, text, strlen(text));
}

void end_frame(struct frame_writer *writer) {
    size_t size = writer->used - writer->begun;
    if (writer->overflowed || size - FRAME_HEAD > MAX_PAYLOAD) {
        writer->overflowed = 1;
        writer->used = writer->begun;
        return;
    }
    put_u32(writer->data + writer->begun, (uint32_t)(size - FRAME_HEAD));
}
