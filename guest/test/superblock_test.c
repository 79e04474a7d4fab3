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

static void put(size_t at, uint32_t number) {
    for (int i = 0; i < 4; i++)
        superblock[at + (size_t)i] = (uint8_t)(number >> 8 * i);
}

static uint64_t growth(uint32_t low, uint32_t high, uint32_t log_block_size, uint32_t incompat, uint64_t size) {
    memset(superblock, 0, sizeof superblock);
    put(0x04, low);
    put(0x150, high);
    put(0x18, log_block_size);
    put(0x60, incompat);
    return superblock_growth(superblock, size);
}

static void test_growth_is_in_blocks_of_the_file_system(void) {
    CHECK(growth(16384, 0, 2, 0x82, 16384 * 4096) == 0);
    CHECK(growth(16384, 0, 2, 0x82, 16384 * 4096 + 4095) == 0);
    CHECK(growth(16384, 0, 2, 0x82, 16385 * 4096) == 16385);
    CHECK(growth(16384, 0, 2, 0x82, 4096) == 0);
    CHECK(growth(1024, 0, 0, 0x02, 2048 * 1024) == 2048);
    /* The upper half counts with 64-bit numbers of blocks alone. */
    CHECK(growth(1, 1, 2, 0x80, 1ULL << 44) == 0);
    CHECK(growth(1, 1, 2, 0x80, (1ULL << 44) + 8192) == (1ULL << 32) + 2);
    CHECK(growth(1, 1, 2, 0, 8192) == 2);
    CHECK(growth(1, 0, 7, 0, 1ULL << 40) == 0);
}

int main(void) {
    test_growth_is_in_blocks_of_the_file_system();
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
