#include "superblock.h"

/* struct ext4_super_block, Documentation/filesystems/ext4/super.rst: little-endian. */
enum { S_MAGIC = 0x38, S_STATE = 0x3a, EXT4_MAGIC = 0xef53, EXT4_ERROR_FS = 0x0002 };

static unsigned get_u16(const uint8_t *data) {
    return (unsigned)data[0] | (unsigned)data[1] << 8;
}

enum superblock_state superblock_state(const uint8_t *superblock, size_t size) {
    if (size < SUPERBLOCK_SIZE || get_u16(superblock + S_MAGIC) != EXT4_MAGIC) return SUPERBLOCK_NONE;
    return get_u16(superblock + S_STATE) & EXT4_ERROR_FS ? SUPERBLOCK_ERRORS : SUPERBLOCK_CLEAN;
}
