/* Checks of the unit tests: each failure is printed with its source line, and the program then ends with 1. */
#ifndef NULLBOX_CHECK_H
#define NULLBOX_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, failures;

#define CHECK(what)             check(what, #what, __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted) check_text(got, wanted, #got, __FILE__, __LINE__)

static inline int check(int is_good, const char *what, const char *file, int line) {
    checks++;
    if (is_good) return 1;
    failures++;
    printf("%s:%d: not so: %s\n", file, line, what);
    return 0;
}

static inline void check_text(const char *got, const char *wanted, const char *what, const char *file, int line) {
    checks++;
    if (got != NULL && strcmp(got, wanted) == 0) return;
    failures++;
    printf("%s:%d: %s is\n%s\nnot\n%s\n", file, line, what, got == NULL ? "(none)" : got, wanted);
}

/* The exit code of the program. */
static inline int checked(void) {
    printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 && checks > 0 ? 0 : 1;
}

#endif
