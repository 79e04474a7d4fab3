#include "tools.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "say.h"

static const char TOOLS[] = "/sbin/guest-tools";
enum { MAX_TOKEN = 64 };

int start_tools(pid_t *process, const uint8_t *token, size_t size) {
    char name[] = "guest-tools", path[] = "PATH=" DEFAULT_PATH, variable[32 + 2 * MAX_TOKEN] = TOOLS_TOKEN "=";
    char *const words[] = {name, NULL}, *const environment[] = {path, variable, NULL};
    pid_t child;
    if (*process != 0) return 0;
    if (size > MAX_TOKEN) return refused("TOKEN has %zu bytes; %d at most", size, MAX_TOKEN);
    if (access(TOOLS, X_OK) != 0) return failed("%s", TOOLS);
    for (size_t i = 0; i < size; i++)
        sprintf(variable + strlen(variable), "%02x", token[i]);
    child = fork();
    if (child == 0) {
        reset_signals();
        close_from(3);
        execve(TOOLS, words, environment);
        _exit(127);
    }
    explicit_bzero(variable, sizeof variable);
    if (child < 0) return failed("cannot make a process");
    *process = child;
    return 0;
}
