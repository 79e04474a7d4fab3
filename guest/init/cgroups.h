/*
 * Control groups: /agent holds all that is the agent's, and nothing else does; the init stays in the root group. The
 * agent's world has a cgroup namespace rooted at /agent, with its first process in the leaf /agent/main, so that root
 * in there can make groups beside it, as container engines do. The limits of /agent itself are out of its reach
 * (nsdelegate).
 */
#ifndef NULLBOX_CGROUPS_H
#define NULLBOX_CGROUPS_H

#include <stdint.h>

/* Leaves within /agent: the command's own, that of commands which operators run, that of health checks. */
#define CGROUP_MAIN  "main"
#define CGROUP_EXEC  "exec"
#define CGROUP_CHECK "check"

/* Makes the groups. MEMORY: 0 = all but what init and kernel need, which is the most in any case. PIDS: 0 = no limit.
 */
int make_cgroups(uint64_t memory, uint64_t pids);

/* For a process in /agent: makes it the root of this process's cgroup namespace, and goes into the leaf. */
int enter_cgroup_namespace(void);

/* A descriptor of the leaf of that name, which is made when it is missing; -1 with a reason. */
int open_leaf(const char *name);

/* A descriptor of /agent itself; -1 with a reason. */
int open_agent_cgroup(void);

/* Kills all in /agent, or in one leaf of it. */
void kill_agent_cgroup(void);
void kill_leaf(const char *name);

/* Whether any process of /agent is left. */
int is_agent_populated(void);

/* How many processes of /agent the kernel has killed for want of memory. */
unsigned long out_of_memory_kills(void);

#endif
