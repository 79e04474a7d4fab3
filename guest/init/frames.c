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
    if (frame->size > MAX_PAYLOAD || frame->kind < FRAME_CALL || frame->kind > FRAME_CREDIT) return -1;
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

/* Reserves SIZE bytes; NULL when there is no room, or was none before within this frame. */
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

/* Length of the UTF-8 character at the start of TEXT; 0 when there is none. */
static size_t character_size(const uint8_t *text, size_t left) {
    static const struct {
        uint8_t first, last, least, most, size;
    } kinds[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (text[0] < kinds[i].first || text[0] > kinds[i].last || kinds[i].size > left) continue;
        if (kinds[i].size > 1 && (text[1] < kinds[i].least || text[1] > kinds[i].most)) return 0;
        for (size_t at = 2; at < kinds[i].size; at++)
            if ((text[at] & 0xc0) != 0x80) return 0;
        return kinds[i].size;
    }
    return 0;
}

void clean_utf8(uint8_t *text, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t found = character_size(text + at, size - at);
        if (found == 0) text[at] = '?';
        at += found == 0 ? 1 : found;
    }
}

void add_text(struct frame_writer *writer, int tag, const char *text) {
    size_t size = strlen(text);
    add_field(writer, tag, text, size);
    if (!writer->overflowed) clean_utf8(writer->data + writer->used - size, size);
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
