/* Configuration of a run, received on the CONFIG connection; kept in the memory of the set-up process alone. */
#ifndef NULLBOX_CONFIG_H
#define NULLBOX_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "frames.h"

/* Texts in the order of their arrival, followed by a NULL. */
struct texts {
    char **items;
    size_t count, room;
};

struct config {
    char *hostname, *address, *gateway, *dns, *user, *workdir, *machine;
    uint64_t prefix, mtu, root, agent, memory, pids, nanos, stop_millis, streams, terminal, rows, columns;
    struct texts disks, writes, reads, words, environment;
};

/* A file or a secret to write. */
struct config_file {
    char *path;
    uint64_t mode, uid, gid, append;
    const uint8_t *data;
    size_t size;
};

/* Adds TEXT, which the list then owns; -1 with a reason. */
int add_item(struct texts *texts, char *text);

/* Frees the texts of a list. */
void drop_texts(struct texts *texts);

/* Reads the fields of SETUP; -1 with a reason that names the field. */
int read_setup(struct fields *fields, struct config *config);

/* Reads the one text of WORD or ENV; NULL with a reason. */
char *read_text_field(struct fields *fields, const char *what);

/* Reads FILE (its name under PATH) or SECRET (under NAME); the data stays where it is. */
int read_file_fields(struct fields *fields, struct config_file *file);

/* The value of a variable, or NULL. */
const char *variable(const struct texts *environment, const char *name);

#endif
