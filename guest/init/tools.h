/* The appliance's tools in Java: on the disk that all guests share, started at the host's first request for them. */
#ifndef NULLBOX_TOOLS_H
#define NULLBOX_TOOLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The variable that carries their token. */
#define TOOLS_TOKEN "NULLBOX_TOKEN"

/*
 * Starts them unless *PROCESS runs already; -1 with a reason. TOKEN, which their first call to the host carries, is in
 * their environment in hexadecimal digits: no process of the agent's sees that.
 */
int start_tools(pid_t *process, const uint8_t *token, size_t size);

#endif
