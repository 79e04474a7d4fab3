/* Lines on the console, and the reason of the last failure. */
#ifndef NULLBOX_SAY_H
#define NULLBOX_SAY_H

enum { REASON_SIZE = 512 };

/* Opens the console as descriptors 1 and 2, and /dev/null as 0. Writing never blocks: a line without room is lost. */
void open_console(void);

/* Prints one line, "init: ...". */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keeps "...: the error's text" as the reason, and returns -1. */
int failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keeps a reason without an error of the kernel, and returns -1. */
int refused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The reason that failed or refused has kept last. */
const char *reason(void);

#endif
