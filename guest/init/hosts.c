#include "hosts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char MARK[] = "# nullbox";
static const char BLANKS[] = " \t\r";

static size_t line_size(const char *line) {
    return strcspn(line, "\n");
}

static int is_marked(const char *line) {
    size_t size = line_size(line), mark = sizeof MARK - 1;
    return size >= mark && memcmp(line + size - mark, MARK, mark) == 0;
}

/* The next word of a line before END or a comment; moves *FROM beyond it. */
static size_t next_word(const char **from, const char *end, const char **word) {
    while (*from < end && strchr(BLANKS, **from) != NULL)
        ++*from;
    *word = *from;
    while (*from < end && **from != '#' && strchr(BLANKS, **from) == NULL)
        ++*from;
    return (size_t)(*from - *word);
}

static int is_word(const char *word, size_t size, const char *text) {
    return size == strlen(text) && strncmp(word, text, size) == 0;
}

int has_host(const char *hosts, const char *address, const char *name) {
    for (const char *line = hosts; *line != '\0'; line += line_size(line) + (line[line_size(line)] == '\n')) {
        const char *from = line, *end = line + line_size(line), *word;
        size_t size = next_word(&from, end, &word);
        if (!is_word(word, size, address)) continue;
        while ((size = next_word(&from, end, &word)) > 0)
            if (is_word(word, size, name)) return 1;
    }
    return 0;
}

struct text {
    char *data;
    size_t used, room;
    int overflowed;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...) {
    size_t left = text->room - text->used;
    va_list arguments;
    int wanted;
    va_start(arguments, format);
    wanted = vsnprintf(text->data + text->used, left, format, arguments);
    va_end(arguments);
    if (wanted < 0 || (size_t)wanted >= left)
        text->overflowed = 1;
    else
        text->used += (size_t)wanted;
}

size_t merge_hosts(const char *old, const char *address, const char *hostname, char *to, size_t room) {
    struct text text = {.data = to, .room = room};
    if (room == 0) return 0;
    to[0] = '\0';
    for (const char *line = old == NULL ? "" : old; *line != '\0';) {
        size_t size = line_size(line);
        if (!is_marked(line)) add(&text, "%.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
    /* TO is a string after each add: its present content decides what is added. */
    if (!has_host(to, "127.0.0.1", "localhost")) add(&text, "127.0.0.1\tlocalhost %s\n", MARK);
    if (!has_host(to, "::1", "localhost")) add(&text, "::1\tlocalhost ip6-localhost ip6-loopback %s\n", MARK);
    if (address[0] != '\0' && hostname[0] != '\0' && !has_host(to, address, hostname))
        add(&text, "%s\t%s %s\n", address, hostname, MARK);
    return text.overflowed ? 0 : text.used;
}
