/* /etc/hosts of the agent: the image's lines, and those without which a program cannot resolve its own host name. */
#ifndef NULLBOX_HOSTS_H
#define NULLBOX_HOSTS_H

#include <stddef.h>

/*
 * Writes into TO the file for a guest of that name and address, from OLD, the file of the image or of the last start,
 * empty or NULL when there is none. Lines of OLD stay, except those that an earlier start has written, which carry its
 * mark; lines are added for localhost (both families) and for the guest itself where OLD has none. Bytes written,
 * without a NUL; 0 when they do not fit in ROOM.
 */
size_t merge_hosts(const char *old, const char *address, const char *hostname, char *to, size_t room);

/* Tells whether a line of HOSTS gives NAME this ADDRESS. */
int has_host(const char *hosts, const char *address, const char *name);

#endif
