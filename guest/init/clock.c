#include "clock.h"

#include <time.h>

#include "say.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };
static const uint64_t NS_PER_S = 1000000000;

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

void sleep_ms(long milliseconds) {
    struct timespec pause = {.tv_sec = milliseconds / MS_PER_S, .tv_nsec = milliseconds % MS_PER_S * NS_PER_MS};
    nanosleep(&pause, NULL);
}

int set_clock(uint64_t nanos) {
    struct timespec time = {.tv_sec = (time_t)(nanos / NS_PER_S), .tv_nsec = (long)(nanos % NS_PER_S)};
    if (nanos == 0) return 0;
    return clock_settime(CLOCK_REALTIME, &time) == 0 ? 0 : failed("cannot set the clock");
}
