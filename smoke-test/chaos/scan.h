/* Search for bytes in the memory of processes, and in files. */
#pragma once

#include <stddef.h>

enum { SCAN_MAX = 16, NEEDLE_MAX = 128 };

struct scan {
    int needles;
    unsigned char bytes[SCAN_MAX][NEEDLE_MAX];
    int lengths[SCAN_MAX];
    long pages;  /* pages and files that were read */
    long unread; /* pages and files that the kernel refused */
};

/* Adds a needle, in hexadecimal; 0 when it is malformed, or too many. */
int scan_add(struct scan *scan, const char *hex);

/* Counts occurrences in the resident pages of a process, and the pages in scan. */
long scan_process(struct scan *scan, int pid);

/* Counts occurrences in a file. */
long scan_file(struct scan *scan, const char *path);

/* Counts occurrences in a buffer of at most a page. */
long scan_bytes(const struct scan *scan, const void *bytes, size_t size);
