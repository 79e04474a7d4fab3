/* Looks for bytes in the memory of processes, and in files. */
#pragma once

#include <stddef.h>

enum { SCAN_MAX = 16, NEEDLE_MAX = 128 };

struct scan {
    int needles;
    unsigned char bytes[SCAN_MAX][NEEDLE_MAX];
    int lengths[SCAN_MAX];
    long pages;  /* that were looked at */
    long unread; /* pages and files that the kernel would not show */
};

/* Takes one more needle, in hexadecimal; 0 when it is none, or too many. */
int scan_add(struct scan *scan, const char *hex);

/* How often the needles stand in the pages that a process has in memory; counts the pages in scan. */
long scan_process(struct scan *scan, int pid);

/* How often they stand in a file. */
long scan_file(struct scan *scan, const char *path);

/* How often they stand in what is at hand: at most a page. */
long scan_bytes(const struct scan *scan, const void *bytes, size_t size);
