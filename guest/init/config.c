#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "protocol.h"
#include "say.h"

int add_item(struct texts *texts, char *text) {
    if (texts->count + 2 > texts->room) {
        size_t room = texts->room == 0 ? 32 : 2 * texts->room;
        char **items = realloc(texts->items, room * sizeof *items);
        if (items == NULL) return refused("no memory for %zu texts", room);
        texts->items = items;
        texts->room = room;
    }
    texts->items[texts->count++] = text;
    texts->items[texts->count] = NULL;
    return 0;
}

void drop_texts(struct texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    *texts = (struct texts){NULL, 0, 0};
}

static int take_text(const struct field *field, char **text) {
    free(*text);
    *text = field_text(field);
    return *text == NULL ? refused("field %d is no text", field->tag) : 0;
}

static int take_item(const struct field *field, struct texts *texts) {
    char *text = NULL;
    if (take_text(field, &text) != 0) return -1;
    return add_item(texts, text);
}

static int take_number(const struct field *field, uint64_t *number) {
    return field_number(field, number) == 0 ? 0 : refused("field %d is no number", field->tag);
}

static int take_setup_field(const struct field *field, struct config *config) {
    switch (field->tag) {
    case TAG_HOSTNAME:
        return take_text(field, &config->hostname);
    case TAG_ADDRESS:
        return take_text(field, &config->address);
    case TAG_GATEWAY:
        return take_text(field, &config->gateway);
    case TAG_DNS:
        return take_text(field, &config->dns);
    case TAG_USER:
        return take_text(field, &config->user);
    case TAG_WORKDIR:
        return take_text(field, &config->workdir);
    case TAG_MACHINE:
        return take_text(field, &config->machine);
    case TAG_PREFIX:
        return take_number(field, &config->prefix);
    case TAG_MTU:
        return take_number(field, &config->mtu);
    case TAG_ROOT:
        return take_number(field, &config->root);
    case TAG_AGENT:
        return take_number(field, &config->agent);
    case TAG_MEMORY:
        return take_number(field, &config->memory);
    case TAG_PIDS:
        return take_number(field, &config->pids);
    case TAG_NANOS:
        return take_number(field, &config->nanos);
    case TAG_MILLIS:
        return take_number(field, &config->stop_millis);
    case TAG_STREAMS:
        return take_number(field, &config->streams);
    case TAG_TERMINAL:
        return take_number(field, &config->terminal);
    case TAG_ROWS:
        return take_number(field, &config->rows);
    case TAG_COLUMNS:
        return take_number(field, &config->columns);
    case TAG_DISK:
        return take_item(field, &config->disks);
    case TAG_WRITE:
        return take_item(field, &config->writes);
    case TAG_READ:
        return take_item(field, &config->reads);
    default:
        return refused("SETUP has a field %d, which version %d does not know", field->tag, PROTOCOL_VERSION);
    }
}

static int supply(char **text, const char *instead) {
    if (*text == NULL) *text = strdup(instead);
    return *text == NULL ? refused("no memory for a configuration") : 0;
}

int read_setup(struct fields *fields, struct config *config) {
    struct field field;
    int more;
    while ((more = next_field(fields, &field)) > 0)
        if (take_setup_field(&field, config) != 0) return -1;
    if (more < 0) return refused("SETUP ends within a field");
    if (config->root < ROOT_EPHEMERAL || config->root > ROOT_READ_ONLY)
        return refused("ROOT is %llu; it may be %d to %d", (unsigned long long)config->root, ROOT_EPHEMERAL,
                       ROOT_READ_ONLY);
    if (config->terminal && !config->streams) return refused("TERMINAL is of a command whose STREAMS come by the host");
    if (config->prefix > 32) return refused("PREFIX is %llu; 32 at most", (unsigned long long)config->prefix);
    if (supply(&config->hostname, "agent") || supply(&config->address, "") || supply(&config->gateway, "") ||
        supply(&config->dns, "") || supply(&config->user, "") || supply(&config->machine, ""))
        return -1;
    if (config->workdir != NULL && config->workdir[0] == '\0') {
        free(config->workdir);
        config->workdir = NULL;
    }
    return supply(&config->workdir, "/");
}

char *read_text_field(struct fields *fields, const char *what) {
    struct field field;
    char *text;
    if (next_field(fields, &field) != 1 || field.tag != TAG_TEXT) {
        refused("%s has no TEXT", what);
        return NULL;
    }
    if ((text = field_text(&field)) == NULL) refused("%s: TEXT holds a NUL", what);
    return text;
}

int read_file_fields(struct fields *fields, struct config_file *file) {
    struct field field;
    int more, problem = 0;
    *file = (struct config_file){.mode = 0644};
    while (problem == 0 && (more = next_field(fields, &field)) > 0) {
        switch (field.tag) {
        case TAG_NAME:
        case TAG_PATH:
            problem = take_text(&field, &file->path);
            break;
        case TAG_MODE:
            problem = take_number(&field, &file->mode);
            break;
        case TAG_UID:
            problem = take_number(&field, &file->uid);
            break;
        case TAG_GID:
            problem = take_number(&field, &file->gid);
            break;
        case TAG_APPEND:
            problem = take_number(&field, &file->append);
            break;
        case TAG_DATA:
            file->data = field.data;
            file->size = field.size;
            break;
        default:
            problem = refused("a file has a field %d, which is unknown", field.tag);
        }
    }
    if (problem == 0 && more < 0) problem = refused("a file ends within a field");
    if (problem == 0 && file->path == NULL) problem = refused("a file has no name");
    if (problem != 0) {
        free(file->path);
        file->path = NULL;
    }
    return problem;
}

const char *variable(const struct texts *environment, const char *name) {
    size_t size = strlen(name);
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->items[i], name, size) == 0 && environment->items[i][size] == '=')
            return environment->items[i] + size + 1;
    return NULL;
}
