/* Authorities that the agent's programs trust: those of its image, and that of its run. */
#ifndef NULLBOX_TRUST_H
#define NULLBOX_TRUST_H

#include <stddef.h>

/*
 * Writes the bundle PATH below ROOT: the file OWN if it is there, else the first that a distribution keeps its
 * authorities in, and then the certificates in DATA (PEM). -1 with a reason.
 */
int place_trust(int root, const char *path, const char *own, const void *data, size_t size);

#endif
