/* Check of an ext4 superblock before the file system is mounted. */
#ifndef NULLBOX_SUPERBLOCK_H
#define NULLBOX_SUPERBLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Its offset on the disk, and the bytes that are read. */
enum { SUPERBLOCK_OFFSET = 1024, SUPERBLOCK_SIZE = 1024 };

enum superblock_state { SUPERBLOCK_NONE, SUPERBLOCK_CLEAN, SUPERBLOCK_ERRORS };

/* SUPERBLOCK_ERRORS when the kernel has found an error in the file system since its last check. */
enum superblock_state superblock_state(const uint8_t *superblock, size_t size);

/* Blocks that a file system of DEVICE_SIZE bytes would have; 0 when it has as many already. */
uint64_t superblock_growth(const uint8_t *superblock, uint64_t device_size);

#endif
