/*
 * Cgroups: /agent holds all processes of the agent and no others; the init stays in the root cgroup. The agent's
 * world has a cgroup namespace rooted at /agent, with its first process in the leaf /agent/main, so that root in there
 * can make groups beside it, as container engines do. The limits of /agent itself are out of its reach (nsdelegate).
 */
#ifndef NULLBOX_CGROUPS_H
#define NULLBOX_CGROUPS_H

#include <stdint.h>

/* Leaves within /agent: of the command, of programs that operators run, of health checks. */
#define CGROUP_MAIN  "main"
#define CGROUP_EXEC  "exec"
#define CGROUP_CHECK "check"

/*
 * Makes the groups. MEMORY: 0 = all but the reserve of init and kernel, which is the most in any case. PIDS: 0 = no
 * limit.
 */
int make_cgroups(uint64_t memory, uint64_t pids);

/*
 * Makes /agent the root of the calling process's cgroup namespace, and moves the process into the leaf; for a process
 * in /agent.
 */
int enter_cgroup_namespace(void);

/* A descriptor of the leaf of that name, created if missing; -1 with a reason. */
int open_leaf(const char *name);

/* A descriptor of /agent itself; -1 with a reason. */
int open_agent_cgroup(void);

/* Kills every process in /agent, or in one leaf of it. */
void kill_agent_cgroup(void);
void kill_leaf(const char *name);

/* Tells whether any process of /agent is left. */
int is_agent_populated(void);

/* Number of processes in /agent that the kernel has killed for lack of memory. */
unsigned long out_of_memory_kills(void);

#endif
