/* The appliance's tools in Java: on the disk that all guests share, started when the host first asks for them. */
#ifndef NULLBOX_TOOLS_H
#define NULLBOX_TOOLS_H

#include <sys/types.h>

/* Starts them unless *PROCESS runs already; -1 with a reason. */
int start_tools(pid_t *process);

#endif
