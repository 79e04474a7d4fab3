#include "tools.h"

#include <stddef.h>
#include <unistd.h>

#include "process.h"
#include "say.h"

static const char TOOLS[] = "/tools/bin/tools";

int start_tools(pid_t *process) {
    char name[] = "tools", path[] = "PATH=" DEFAULT_PATH;
    char *const words[] = {name, NULL}, *const environment[] = {path, NULL};
    pid_t child;
    if (*process != 0) return 0;
    if (access(TOOLS, X_OK) != 0) return failed("%s", TOOLS);
    child = fork();
    if (child == 0) {
        reset_signals();
        close_from(3);
        execve(TOOLS, words, environment);
        _exit(127);
    }
    if (child < 0) return failed("cannot make a process");
    *process = child;
    return 0;
}
