/* Time: deadlines by the monotonic clock, and the wall clock, which the host sets. */
#ifndef NULLBOX_CLOCK_H
#define NULLBOX_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t now_ms(void);

void sleep_ms(long milliseconds);

/* Sets the clock of the guest, in nanoseconds since 1970; 0 leaves it. -1 with a reason. */
int set_clock(uint64_t nanos);

#endif
