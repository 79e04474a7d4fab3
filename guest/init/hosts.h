/* /etc/hosts of the agent: what the image brings, and the lines without which a program does not find itself. */
#ifndef NULLBOX_HOSTS_H
#define NULLBOX_HOSTS_H

#include <stddef.h>

/*
 * Writes into TO the file for a guest of that name and address, from OLD, the file of the image or of the last start;
 * empty, or NULL, when there is none. Lines of OLD stay, except those that an earlier start has written, which carry
 * its mark; a line is added for each of localhost (both families) and the guest itself that OLD does not have. Bytes
 * written, without a NUL; 0 when they do not fit in ROOM.
 */
size_t merge_hosts(const char *old, const char *address, const char *hostname, char *to, size_t room);

/* Whether a line of HOSTS gives NAME the ADDRESS. */
int has_host(const char *hosts, const char *address, const char *name);

#endif
