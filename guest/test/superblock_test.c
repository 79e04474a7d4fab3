/* States of ext4 superblocks, as mke2fs and the kernel leave them. */
#include "check.h"

#include "../init/superblock.h"

static uint8_t superblock[SUPERBLOCK_SIZE];

static enum superblock_state state_of(unsigned magic, unsigned state) {
    memset(superblock, 0x5a, sizeof superblock);
    superblock[0x38] = (uint8_t)magic;
    superblock[0x39] = (uint8_t)(magic >> 8);
    superblock[0x3a] = (uint8_t)state;
    superblock[0x3b] = (uint8_t)(state >> 8);
    return superblock_state(superblock, sizeof superblock);
}

int main(void) {
    /* EXT4_VALID_FS 1, EXT4_ERROR_FS 2, EXT4_ORPHAN_FS 4 */
    CHECK(state_of(0xef53, 1) == SUPERBLOCK_CLEAN);
    CHECK(state_of(0xef53, 0) == SUPERBLOCK_CLEAN);
    CHECK(state_of(0xef53, 4 | 1) == SUPERBLOCK_CLEAN);
    CHECK(state_of(0xef53, 2) == SUPERBLOCK_ERRORS);
    CHECK(state_of(0xef53, 2 | 1) == SUPERBLOCK_ERRORS);
    CHECK(state_of(0xef53, 0x200) == SUPERBLOCK_CLEAN);
    CHECK(state_of(0x53ef, 2) == SUPERBLOCK_NONE);
    CHECK(state_of(0, 0) == SUPERBLOCK_NONE);
    state_of(0xef53, 2);
    CHECK(superblock_state(superblock, SUPERBLOCK_SIZE - 1) == SUPERBLOCK_NONE);
    CHECK(superblock_state(superblock, 0) == SUPERBLOCK_NONE);
    return checked();
}
