#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char last_reason[REASON_SIZE];

void open_console(void) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (null >= 0) dup2(null, 0);
    if (console < 0) console = null;
    if (console < 0) return;
    dup2(console, 1);
    dup2(console, 2);
    if (null > 2) close(null);
    if (console > 2 && console != null) close(console);
}

void say(const char *format, ...) {
    char line[REASON_SIZE + 64] = "init: ";
    size_t used = strlen(line), room = sizeof line - used - 1;
    va_list arguments;
    int wanted;
    va_start(arguments, format);
    wanted = vsnprintf(line + used, room, format, arguments);
    va_end(arguments);
    if (wanted < 0) return;
    used += (size_t)wanted < room ? (size_t)wanted : room - 1;
    line[used++] = '\n';
    if (write(2, line, used) < 0) return;
}

static void keep_reason(const char *format, va_list arguments) {
    vsnprintf(last_reason, sizeof last_reason, format, arguments);
}

int failed(const char *format, ...) {
    int error = errno;
    size_t used;
    va_list arguments;
    va_start(arguments, format);
    keep_reason(format, arguments);
    va_end(arguments);
    used = strlen(last_reason);
    snprintf(last_reason + used, sizeof last_reason - used, ": %s",
             error == EUCLEAN ? "the file system is damaged" : strerror(error));
    return -1;
}

int refused(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    keep_reason(format, arguments);
    va_end(arguments);
    return -1;
}

const char *reason(void) {
    return last_reason;
}
