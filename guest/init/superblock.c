#include "superblock.h"

/* struct ext4_super_block, Documentation/filesystems/ext4/super.rst: little-endian. */
enum {
    S_BLOCKS_COUNT_LO = 0x04,
    S_LOG_BLOCK_SIZE = 0x18,
    S_MAGIC = 0x38,
    S_STATE = 0x3a,
    S_FEATURE_INCOMPAT = 0x60,
    S_BLOCKS_COUNT_HI = 0x150,
    EXT4_MAGIC = 0xef53,
    EXT4_ERROR_FS = 0x0002,
    INCOMPAT_64BIT = 0x80,
    LEAST_BLOCK_SHIFT = 10,
    MAX_LOG_BLOCK_SIZE = 6
};

static unsigned little_u16(const uint8_t *data) {
    return (unsigned)data[0] | (unsigned)data[1] << 8;
}

static uint64_t little_u32(const uint8_t *data) {
    return little_u16(data) | (uint64_t)little_u16(data + 2) << 16;
}

enum superblock_state superblock_state(const uint8_t *superblock, size_t size) {
    if (size < SUPERBLOCK_SIZE || little_u16(superblock + S_MAGIC) != EXT4_MAGIC) return SUPERBLOCK_NONE;
    return little_u16(superblock + S_STATE) & EXT4_ERROR_FS ? SUPERBLOCK_ERRORS : SUPERBLOCK_CLEAN;
}

uint64_t superblock_growth(const uint8_t *superblock, uint64_t device_size) {
    uint64_t blocks = little_u32(superblock + S_BLOCKS_COUNT_LO), shift = little_u32(superblock + S_LOG_BLOCK_SIZE),
             room;
    if (little_u32(superblock + S_FEATURE_INCOMPAT) & INCOMPAT_64BIT)
        blocks |= little_u32(superblock + S_BLOCKS_COUNT_HI) << 32;
    if (shift > MAX_LOG_BLOCK_SIZE) return 0;
    room = device_size >> (LEAST_BLOCK_SHIFT + shift);
    return room > blocks ? room : 0;
}
