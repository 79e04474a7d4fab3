/* The codec of the guest protocol: vectors, and random bytes from a seed (the first argument). */
#include "check.h"

#include "../init/config.h"
#include "../init/frames.h"
#include "../init/protocol.h"
#include "../init/say.h"

enum { ROUNDS = 200000, MAX_BYTES = 300 };

static uint64_t state;

/* xorshift64*: the same numbers on every machine. */
static uint32_t next_number(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 2685821657736338717ULL) >> 32);
}

static void test_call_has_the_bytes_of_the_contract(void) {
    static const uint8_t wanted[] = {0,  0,        0, 28, FRAME_CALL, OP_STOP, 0,   0,   1,   2,   TAG_SIGNAL,
                                     0,  0,        0, 8,  0,          0,       0,   0,   0,   0,   0,
                                     15, TAG_NAME, 0, 0,  0,          5,       'h', 'e', 'l', 'l', 'o'};
    uint8_t bytes[64];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    begin_message(&writer, FRAME_CALL, OP_STOP, 0x102);
    add_number(&writer, TAG_SIGNAL, 15);
    add_text(&writer, TAG_NAME, "hello");
    end_frame(&writer);
    CHECK(writer.used == sizeof wanted);
    CHECK(!writer.overflowed);
    CHECK(memcmp(bytes, wanted, sizeof wanted) == 0);
}

static void test_call_is_read_back(void) {
    uint8_t bytes[128];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct frame frame;
    struct message message;
    struct field field;
    uint64_t number;
    char *text;
    begin_message(&writer, FRAME_ANSWER, OP_CHECK, 0xfffffffe);
    add_number(&writer, TAG_NANOS, 0x0123456789abcdefULL);
    add_text(&writer, TAG_ERROR, "");
    add_text(&writer, TAG_TEXT, "caf\xc3\xa9");
    end_frame(&writer);
    CHECK(parse_frame(bytes, writer.used, &frame) == (long)writer.used);
    CHECK(frame.kind == FRAME_ANSWER);
    CHECK(parse_message(&frame, &message) == 0);
    CHECK(message.op == OP_CHECK && message.id == 0xfffffffe);
    CHECK(next_field(&message.fields, &field) == 1 && field.tag == TAG_NANOS);
    CHECK(field_number(&field, &number) == 0 && number == 0x0123456789abcdefULL);
    CHECK(next_field(&message.fields, &field) == 1 && field.tag == TAG_ERROR && field.size == 0);
    CHECK(field_number(&field, &number) == -1);
    CHECK_TEXT(text = field_text(&field), "");
    free(text);
    CHECK(next_field(&message.fields, &field) == 1);
    CHECK_TEXT(text = field_text(&field), "caf\xc3\xa9");
    free(text);
    CHECK(next_field(&message.fields, &field) == 0);
}

static void cleans_to(const char *text, const char *wanted) {
    uint8_t bytes[128];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct fields fields = {bytes, bytes};
    struct field field;
    char *got;
    add_text(&writer, TAG_TEXT, text);
    fields.end += writer.used;
    CHECK(next_field(&fields, &field) == 1);
    CHECK_TEXT(got = field_text(&field), wanted);
    free(got);
}

static void test_text_is_always_utf8(void) {
    static const char good[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf \xed\x9f\xbf \xee\x80\x80";
    cleans_to("plain", "plain");
    cleans_to(good, good);
    cleans_to("cut \xe2\x82", "cut ??");
    cleans_to("cut \xc3", "cut ?");
    cleans_to("\xff\xfe\x80x", "???x");
    /* Overlong, a surrogate, beyond U+10FFFF. */
    cleans_to("\xc0\xaf", "??");
    cleans_to("\xe0\x80\xaf", "???");
    cleans_to("\xed\xa0\x80", "???");
    cleans_to("\xf4\x90\x80\x80", "????");
    cleans_to("\xf5\x80\x80\x80", "????");
    cleans_to("\xe2\x82x\xc3\xa9", "??x\xc3\xa9");
}

static void test_incomplete_frame_waits(void) {
    uint8_t bytes[64];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct frame frame;
    begin_frame(&writer, FRAME_END);
    end_frame(&writer);
    begin_message(&writer, FRAME_CALL, OP_TIME, 1);
    end_frame(&writer);
    CHECK(parse_frame(bytes, writer.used, &frame) == FRAME_HEAD && frame.kind == FRAME_END && frame.size == 0);
    for (size_t size = 0; size < writer.used - FRAME_HEAD; size++)
        CHECK(parse_frame(bytes + FRAME_HEAD, size, &frame) == 0);
}

static void test_what_is_no_frame_is_refused(void) {
    uint8_t longest[] = {0, 4, 0, 0, FRAME_STDOUT}, too_long[] = {0, 4, 0, 1, FRAME_STDOUT};
    uint8_t kind_0[] = {0, 0, 0, 0, 0}, kind_11[] = {0, 0, 0, 0, 11}, negative[] = {255, 255, 255, 255, FRAME_CALL};
    struct frame frame;
    struct message message;
    CHECK(MAX_PAYLOAD == 0x40000);
    CHECK(parse_frame(longest, sizeof longest, &frame) == 0);
    CHECK(parse_frame(too_long, sizeof too_long, &frame) == -1);
    CHECK(parse_frame(kind_0, sizeof kind_0, &frame) == -1);
    CHECK(parse_frame(kind_11, sizeof kind_11, &frame) == -1);
    CHECK(parse_frame(negative, sizeof negative, &frame) == -1);
    frame = (struct frame){.size = CALL_HEAD - 1, .payload = longest};
    CHECK(parse_message(&frame, &message) == -1);
}

static void test_field_beyond_the_end_is_refused(void) {
    static const uint8_t beyond[] = {TAG_NAME, 0, 0, 0, 2, 'x'}, cut[] = {TAG_NAME, 0, 0, 0};
    static const uint8_t huge[] = {TAG_NAME, 255, 255, 255, 255, 'x'}, nul[] = {TAG_NAME, 0, 0, 0, 1, 0};
    struct field field;
    struct fields fields = {beyond, beyond + sizeof beyond};
    CHECK(next_field(&fields, &field) == -1);
    fields = (struct fields){cut, cut + sizeof cut};
    CHECK(next_field(&fields, &field) == -1);
    fields = (struct fields){huge, huge + sizeof huge};
    CHECK(next_field(&fields, &field) == -1);
    fields = (struct fields){nul, nul + sizeof nul};
    CHECK(next_field(&fields, &field) == 1 && field_text(&field) == NULL);
}

static void test_frame_that_does_not_fit_is_left_out(void) {
    uint8_t bytes[24];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    begin_message(&writer, FRAME_CALL, OP_HEARTBEAT, 0);
    end_frame(&writer);
    CHECK(writer.used == FRAME_HEAD + CALL_HEAD && !writer.overflowed);
    begin_message(&writer, FRAME_CALL, OP_HELLO, 1);
    add_number(&writer, TAG_VERSION, 1);
    end_frame(&writer);
    CHECK(writer.used == FRAME_HEAD + CALL_HEAD && writer.overflowed);
}

static void drop_config(struct config *config) {
    char *const texts[] = {config->hostname, config->address, config->gateway, config->dns,
                           config->user,     config->workdir, config->machine};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    drop_texts(&config->disks);
    drop_texts(&config->writes);
    drop_texts(&config->reads);
    drop_texts(&config->words);
    drop_texts(&config->environment);
}

static int reads_setup(const uint8_t *bytes, size_t size, struct config *config) {
    struct fields fields = {bytes, bytes + size};
    memset(config, 0, sizeof *config);
    return read_setup(&fields, config);
}

static void test_setup_is_read_with_what_it_leaves_out(void) {
    uint8_t bytes[256];
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct config config;
    add_number(&writer, TAG_ROOT, ROOT_READ_ONLY);
    add_text(&writer, TAG_WRITE, "/b");
    add_text(&writer, TAG_WRITE, "/a");
    add_text(&writer, TAG_DISK, "root");
    add_text(&writer, TAG_WORKDIR, "");
    add_number(&writer, TAG_PREFIX, 32);
    CHECK(reads_setup(bytes, writer.used, &config) == 0);
    CHECK(config.root == ROOT_READ_ONLY && config.agent == 0 && config.prefix == 32);
    CHECK_TEXT(config.workdir, "/");
    CHECK_TEXT(config.user, "");
    CHECK(config.writes.count == 2 && config.writes.items[2] == NULL);
    CHECK_TEXT(config.writes.items[1], "/a");
    CHECK_TEXT(config.disks.items[0], "root");
    drop_config(&config);
}

static void test_setup_with_a_wrong_field_is_refused(void) {
    uint8_t bytes[256] = {0};
    struct frame_writer writer = {.data = bytes, .capacity = sizeof bytes};
    struct config config;
    CHECK(reads_setup(bytes, 0, &config) == -1);
    CHECK(strstr(reason(), "ROOT is 0") != NULL);
    drop_config(&config);
    add_number(&writer, TAG_ROOT, ROOT_EPHEMERAL);
    add_number(&writer, TAG_PREFIX, 33);
    CHECK(reads_setup(bytes, writer.used, &config) == -1);
    CHECK(strstr(reason(), "PREFIX is 33") != NULL);
    drop_config(&config);
    writer.used = 0;
    add_text(&writer, TAG_ROOT, "1");
    CHECK(reads_setup(bytes, writer.used, &config) == -1);
    drop_config(&config);
    writer.used = 0;
    add_text(&writer, TAG_TOKEN, "x");
    CHECK(reads_setup(bytes, writer.used, &config) == -1);
    drop_config(&config);
}

/* A frame as a host sends it, with random changes to some of its bytes. */
static size_t make_bytes(uint8_t *bytes) {
    struct frame_writer writer = {.data = bytes, .capacity = MAX_BYTES};
    size_t size;
    if (next_number() % 4 == 0) {
        size = next_number() % MAX_BYTES;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)next_number();
        return size;
    }
    begin_message(&writer, next_number() % 8 == 0 ? FRAME_EXIT : FRAME_CALL, (int)(next_number() % 16), next_number());
    for (unsigned fields = next_number() % 8; fields > 0; fields--) {
        uint8_t data[24];
        size_t room = next_number() % sizeof data;
        for (size_t i = 0; i < room; i++)
            data[i] = (uint8_t)(next_number() % 96 + (next_number() % 16 != 0) * 32);
        if (next_number() % 2 == 0)
            add_number(&writer, (int)(next_number() % 40), next_number() % 4);
        else
            add_field(&writer, (int)(next_number() % 40), data, room);
    }
    end_frame(&writer);
    for (unsigned changes = next_number() % 4; changes > 0 && writer.used > 0; changes--)
        bytes[next_number() % writer.used] ^= (uint8_t)(1U << next_number() % 8);
    return next_number() % 4 == 0 ? next_number() % (writer.used + 1) : writer.used;
}

/* Parses everything in the buffer; the sanitizers watch each byte. */
static int read_all(uint8_t *bytes, size_t size) {
    struct frame frame;
    struct message message;
    struct fields fields;
    struct field field;
    struct config config;
    struct config_file file;
    uint64_t number;
    int found = 0;
    long taken = parse_frame(bytes, size, &frame);
    if (taken <= 0) return 0;
    CHECK((size_t)taken <= size && (size_t)taken == frame.size + FRAME_HEAD);
    if (parse_message(&frame, &message) != 0) return 0;
    for (fields = message.fields; next_field(&fields, &field) > 0; found++) {
        CHECK(field.data + field.size <= frame.payload + frame.size);
        field_number(&field, &number);
        free(field_text(&field));
    }
    reads_setup(message.fields.next, (size_t)(message.fields.end - message.fields.next), &config);
    drop_config(&config);
    fields = message.fields;
    free(read_text_field(&fields, "WORD"));
    fields = message.fields;
    if (read_file_fields(&fields, &file) == 0) free(file.path);
    return found;
}

static void test_bytes_without_sense_are_read_within_their_bounds(void) {
    uint8_t bytes[MAX_BYTES];
    unsigned long found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = make_bytes(bytes);
        /* In memory of exactly that size. */
        uint8_t *exact = malloc(size == 0 ? 1 : size);
        if (exact == NULL) abort();
        memcpy(exact, bytes, size);
        found += (unsigned long)read_all(exact, size);
        free(exact);
    }
    /* Otherwise parsing never went beyond the first bytes. */
    CHECK(found > ROUNDS / 10);
}

int main(int count, char **words) {
    unsigned long long seed = count > 1 ? strtoull(words[1], NULL, 10) : 0;
    state = seed * 0x9e3779b97f4a7c15ULL + 1;
    printf("seed %llu\n", seed);
    test_call_has_the_bytes_of_the_contract();
    test_call_is_read_back();
    test_text_is_always_utf8();
    test_incomplete_frame_waits();
    test_what_is_no_frame_is_refused();
    test_field_beyond_the_end_is_refused();
    test_frame_that_does_not_fit_is_left_out();
    test_setup_is_read_with_what_it_leaves_out();
    test_setup_with_a_wrong_field_is_refused();
    test_bytes_without_sense_are_read_within_their_bounds();
    return checked();
}
