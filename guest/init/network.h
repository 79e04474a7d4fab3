/* Network of the guest: lo, and eth0 with one address and one gateway. No IPv6 but ::1. */
#ifndef NULLBOX_NETWORK_H
#define NULLBOX_NETWORK_H

#include <stdint.h>

/* Brings lo up, with 127.0.0.1 and ::1. -1 with a reason. */
int start_loopback(void);

/* Brings eth0 up with that address; GATEWAY and MTU may be empty and 0. -1 with a reason. */
int start_network(const char *address, unsigned prefix, const char *gateway, unsigned mtu);

#endif
