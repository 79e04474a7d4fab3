/* CPU features for the native-image C interface: fills the record from CPUID/XGETBV. */
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/amd64cpufeatures.h"

static uint64_t xcr0(void) {
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return ((uint64_t)hi << 32) | lo;
}

void determineCPUFeatures(CPUFeatures *f) {
    unsigned a, b, c, d, a1 = 0, c1 = 0, d1 = 0, b7 = 0, c7 = 0, d7 = 0, a71 = 0, d71 = 0, c8 = 0, d8 = 0, inv = 0;
    unsigned avx10 = 0, max = __get_cpuid_max(0, 0), emax = __get_cpuid_max(0x80000000u, 0);
    uint64_t x = 0;
    memset(f, 0, sizeof *f);
    if (max >= 1) __cpuid(1, a1, b, c1, d1);
    if (max >= 7) {
        __cpuid_count(7, 0, a, b7, c7, d7);
        if (a >= 1) __cpuid_count(7, 1, a71, b, c, d71);
    }
    if (emax >= 0x80000001u) __cpuid(0x80000001u, a, b, c8, d8);
    if (emax >= 0x80000007u) {
        __cpuid(0x80000007u, a, b, c, d);
        inv = (d >> 8) & 1;
    }
    if (c1 & (1u << 27)) x = xcr0();
    int ymm = (x & 0x6) == 0x6, zmm = ymm && (x & 0xe0) == 0xe0;
    if (max >= 0x24 && (d71 >> 19 & 1)) {
        __cpuid_count(0x24, 0, a, b, c, d);
        avx10 = b & 0xff;
    }
#define BIT(r, n) (((r) >> (n)) & 1u)
    f->fTSC = BIT(d1, 4);
    f->fCX8 = BIT(d1, 8);
    f->fCMOV = BIT(d1, 15);
    f->fFLUSH = BIT(d1, 19);
    f->fMMX = BIT(d1, 23);
    f->fFXSR = BIT(d1, 24);
    f->fSSE = BIT(d1, 25);
    f->fSSE2 = BIT(d1, 26);
    f->fHT = BIT(d1, 28);
    f->fSSE3 = BIT(c1, 0);
    f->fCLMUL = BIT(c1, 1);
    f->fSSSE3 = BIT(c1, 9);
    f->fSSE4_1 = BIT(c1, 19);
    f->fSSE4_2 = BIT(c1, 20);
    f->fPOPCNT = BIT(c1, 23);
    f->fAES = BIT(c1, 25);
    f->fHV = BIT(c1, 31);
    f->fAMD_3DNOW_PREFETCH = BIT(c8, 8);
    f->fLZCNT = BIT(c8, 5);
    f->fSSE4A = BIT(c8, 6);
    f->fRDTSCP = BIT(d8, 27);
    f->fTSCINV = f->fTSCINV_BIT = inv;
    f->fBMI1 = BIT(b7, 3);
    f->fBMI2 = BIT(b7, 8);
    f->fERMS = BIT(b7, 9);
    f->fRTM = BIT(b7, 11);
    f->fADX = BIT(b7, 19);
    f->fFLUSHOPT = BIT(b7, 23);
    f->fCLWB = BIT(b7, 24);
    f->fSHA = BIT(b7, 29);
    f->fPKU = BIT(c7, 3);
    f->fOSPKE = BIT(c7, 4);
    f->fCET_SS = BIT(c7, 7);
    f->fGFNI = BIT(c7, 8);
    f->fRDPID = BIT(c7, 22);
    f->fFSRM = BIT(d7, 4);
    f->fSERIALIZE = BIT(d7, 14);
    f->fCET_IBT = BIT(d7, 20);
    if (ymm) {
        f->fAVX = BIT(c1, 28);
        f->fVZEROUPPER = f->fAVX;
        f->fAVX2 = BIT(b7, 5);
        f->fFMA = BIT(c1, 12);
        f->fF16C = BIT(c1, 29);
        f->fSHA512 = BIT(a71, 0);
        f->fAVX_IFMA = BIT(a71, 23);
    }
    if (zmm && BIT(b7, 16)) {
        f->fAVX512F = 1;
        f->fAVX512DQ = BIT(b7, 17);
        f->fAVX512_IFMA = BIT(b7, 21);
        f->fAVX512PF = BIT(b7, 26);
        f->fAVX512ER = BIT(b7, 27);
        f->fAVX512CD = BIT(b7, 28);
        f->fAVX512BW = BIT(b7, 30);
        f->fAVX512VL = BIT(b7, 31);
        f->fAVX512_VBMI = BIT(c7, 1);
        f->fAVX512_VBMI2 = BIT(c7, 6);
        f->fAVX512_VAES = BIT(c7, 9);
        f->fAVX512_VPCLMULQDQ = BIT(c7, 10);
        f->fAVX512_VNNI = BIT(c7, 11);
        f->fAVX512_BITALG = BIT(c7, 12);
        f->fAVX512_VPOPCNTDQ = BIT(c7, 14);
        f->fAVX512_FP16 = BIT(d7, 23);
        f->fAVX10_1 = avx10 >= 1;
        f->fAVX10_2 = avx10 >= 2;
    }
    f->fAPX_F = BIT(d71, 21) && (x >> 19 & 1);
}

/* mask: a negated feature record, every byte 0xff except 0xfe where the feature is required. 0 = all present */
int checkCPUFeatures(const unsigned char *mask) {
    CPUFeatures f;
    const unsigned char *p = (const unsigned char *)&f;
    determineCPUFeatures(&f);
    for (size_t i = 0; i < sizeof f; i++)
        if ((unsigned char)(p[i] | mask[i]) != 0xff) return 1;
    return 0;
}

int checkCPUFeaturesOrExit(const unsigned char *mask, const char *message) {
    if (checkCPUFeatures(mask)) {
        fputs(message, stderr);
        fputc('\n', stderr);
        _exit(1);
    }
    return 0;
}
