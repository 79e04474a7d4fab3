/* Declarations that the commands of /sbin/chaos share. */
#pragma once

#include <stddef.h>

enum { ANSWER_MAX = 8000 };

/* The answer to a command so far: one line. */
extern char answer[ANSWER_MAX];

/* Adds to the answer. */
__attribute__((format(printf, 1, 2))) void add(const char *format, ...);

/* The text after `key` on its line of /proc/PID/FILE, each run of blanks as one ','; "" when there is none. */
const char *proc_value(int pid, const char *file, const char *key, char *value, size_t size);

long proc_number(int pid, const char *file, const char *key);

void each_process(void (*visit)(int pid, const char *name, void *context), void *context);

/* Tells whether it is a process of an agent: a jail, which becomes the VMM. */
int is_agent(int pid);

/* The first process in an agent's cgroup, its VMM's; 0 when there is none. */
int first_process(const char *agent);

/* The command of calls.c: the calls of an agent's next process behind its allow-list, for so many seconds at most. */
void trace_calls(const char *agent, int seconds);

/* The command of nested.c. */
void try_nested(void);

/* The commands of secrecy.c. `needle` is the first of several, the rest with strtok. */
void search_memory(const char *needle);
void search_texts(const char *needle);
void tell_guards(void);
void try_peek(const char *victim, const char *user, const char *file);
