/*
 * See scan.h. Formats: proc_pid_maps(5), proc_pid_pagemap(5). Pages that are not resident are skipped: reading would
 * only make them.
 */
#include "scan.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, RUN_PAGES = 256 };

static const uint64_t PRESENT = 1ULL << 63;

/* A run of pages, preceded by bytes that may be the beginning of a needle. */
static unsigned char window[NEEDLE_MAX + RUN_PAGES * PAGE];
static long kept;

int scan_add(struct scan *scan, const char *hex) {
    size_t digits = strlen(hex);
    unsigned byte;
    if (scan->needles == SCAN_MAX || digits < 2 || digits % 2 != 0 || digits / 2 > NEEDLE_MAX) return 0;
    for (size_t i = 0; i < digits / 2; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return 0;
        scan->bytes[scan->needles][i] = (unsigned char)byte;
    }
    scan->lengths[scan->needles++] = (int)(digits / 2);
    return 1;
}

/* Counts needles that end in the bytes from `fresh` on: earlier ones were counted with the run before. */
static long count(const struct scan *scan, long fresh, long end) {
    long found = 0;
    for (int n = 0; n < scan->needles; n++) {
        long at = fresh - (scan->lengths[n] - 1);
        const unsigned char *from = window + (at < 0 ? 0 : at), *hit;
        while ((hit = memmem(from, (size_t)(window + end - from), scan->bytes[n], (size_t)scan->lengths[n])) != NULL) {
            found++;
            from = hit + 1;
        }
    }
    return found;
}

/* Reads up to RUN_PAGES adjacent pages. */
static long scan_run(struct scan *scan, int mem, unsigned long address, int pages) {
    long found, got = pread(mem, window + kept, (size_t)pages * PAGE, (off_t)address), end;
    scan->pages += pages;
    if (got < (long)pages * PAGE) {
        scan->unread += pages - (got < 0 ? 0 : got) / PAGE;
        kept = 0;
        return 0;
    }
    end = kept + got;
    found = count(scan, kept, end);
    kept = NEEDLE_MAX - 1;
    memmove(window, window + end - kept, (size_t)kept);
    return found;
}

static long scan_mapping(struct scan *scan, int mem, int pagemap, unsigned long from, unsigned long to) {
    static uint64_t states[RUN_PAGES];
    long found = 0;
    kept = 0;
    while (from < to) {
        size_t wanted = (to - from) / PAGE < RUN_PAGES ? (to - from) / PAGE : RUN_PAGES;
        ssize_t got = pread(pagemap, states, wanted * sizeof *states, (off_t)(from / PAGE * sizeof *states));
        int pages = got < 0 ? 0 : (int)((size_t)got / sizeof *states);
        if (pages == 0) {
            scan->unread += (long)wanted;
            return found;
        }
        for (int i = 0, run; i < pages; i += run) {
            int present = (states[i] & PRESENT) != 0;
            for (run = 1; i + run < pages && ((states[i + run] & PRESENT) != 0) == present; run++)
                continue;
            if (present)
                found += scan_run(scan, mem, from + (unsigned long)i * PAGE, run);
            else
                kept = 0;
        }
        from += (unsigned long)pages * PAGE;
    }
    return found;
}

long scan_process(struct scan *scan, int pid) {
    char path[64], line[512], name[256];
    unsigned long from, to;
    long found = 0;
    int mem, pagemap;
    FILE *maps;
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    mem = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
    pagemap = open(path, O_RDONLY | O_CLOEXEC);
    if (mem < 0 || pagemap < 0) scan->unread++;
    while (maps != NULL && mem >= 0 && pagemap >= 0 && fgets(line, sizeof line, maps) != NULL) {
        name[0] = '\0';
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %255s", &from, &to, name) < 2) continue;
        /* the kernel's own clock pages and entry points, which nobody can write to */
        if (strncmp(name, "[v", 2) == 0) continue;
        found += scan_mapping(scan, mem, pagemap, from, to);
    }
    if (maps != NULL) fclose(maps);
    if (mem >= 0) close(mem);
    if (pagemap >= 0) close(pagemap);
    return found;
}

long scan_file(struct scan *scan, const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long found = 0;
    ssize_t got = fd;
    kept = 0;
    while (fd >= 0 && (got = read(fd, window + kept, RUN_PAGES * PAGE)) > 0) {
        long end = kept + got;
        found += count(scan, kept, end);
        kept = end < NEEDLE_MAX - 1 ? end : NEEDLE_MAX - 1;
        memmove(window, window + end - kept, (size_t)kept);
    }
    if (got < 0) scan->unread++;
    if (fd >= 0) close(fd);
    return found;
}

long scan_bytes(const struct scan *scan, const void *bytes, size_t size) {
    if (size > PAGE) size = PAGE;
    memcpy(window, bytes, size);
    return count(scan, 0, (long)size);
}
