/*
 * The C functions that the native-image runtime calls and that GraalVM ships as liblibchelper.a, which is in no
 * registry. Names and signatures are those of the C-interface declarations in svm.jar (com.oracle.svm.core.LibCHelper,
 * ...posix.linux.LinuxLibCHelper, ...posix.headers.CSunMiscSignal, ...c.locale.LocaleCHelper).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "include/svm_locale.h"

extern char **environ;
char **getEnviron(void) {
    return environ;
}
void codeSynchronization_clearCache(char *p, size_t n) {
    __builtin___clear_cache(p, p + n);
}
int getThreadId(void) {
    return (int)syscall(SYS_gettid);
}
void *mremapP(void *o, size_t os, size_t ns, int flags, void *n) {
    return mremap(o, os, ns, flags, n);
}

/* the JDK's own routine in libjava (TimeZone_md.c); result is malloc'ed there */
extern char *findJavaTZ_md(const char *java_home);
char *SVM_FindJavaTZmd(const char *mappings, int length) {
    (void)mappings;
    (void)length;
    return findJavaTZ_md(NULL);
}

long getThreadUserTimeSlow(int tid) {
    char path[64], buf[1024], *p;
    unsigned long utime;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    FILE *fp = fopen(path, "re");
    if (!fp) return -1;
    size_t n = fread(buf, 1, sizeof buf - 1, fp);
    fclose(fp);
    buf[n] = 0;
    if (!(p = strrchr(buf, ')')) || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &utime) != 1)
        return -1;
    return (long)utime * (1000000000L / sysconf(_SC_CLK_TCK));
}

/* ---- Java-level signal handling: one handler counts, one Java thread waits on the semaphore and drains ---- */
#define NSIGS 65
static atomic_int claimed, pending[NSIGS];
static sem_t wake;
int cSunMiscSignal_open(void) {
    int zero = 0;
    if (!atomic_compare_exchange_strong(&claimed, &zero, 1)) return 1;
    for (int i = 0; i < NSIGS; i++)
        atomic_store(&pending[i], 0);
    if (sem_init(&wake, 0, 0) != 0) {
        atomic_store(&claimed, 0);
        return -1;
    }
    return 0;
}
int cSunMiscSignal_close(void) {
    int r = sem_destroy(&wake);
    if (r == 0) atomic_store(&claimed, 0);
    return r;
}
int cSunMiscSignal_awaitSemaphore(void) {
    int r;
    while ((r = sem_wait(&wake)) != 0 && errno == EINTR) {
    }
    return r;
}
int cSunMiscSignal_signalSemaphore(void) {
    return sem_post(&wake);
}
int cSunMiscSignal_signalRangeCheck(int s) {
    return s > 0 && s < NSIGS;
}
int cSunMiscSignal_checkPendingSignal(void) {
    for (int i = 1; i < NSIGS; i++)
        if (atomic_load(&pending[i]) > 0) {
            atomic_fetch_sub(&pending[i], 1);
            return i;
        }
    return -1;
}
static void on_signal(int s) {
    int e = errno;
    if (s > 0 && s < NSIGS) {
        atomic_fetch_add(&pending[s], 1);
        sem_post(&wake);
    }
    errno = e;
}
void (*cSunMiscSignal_signalHandlerFunctionPointer(void))(int) {
    return on_signal;
}

/* ---- locale: language[_COUNTRY][.codeset][@modifier]; "C"/"POSIX" reads as en_US, as in the JDK ---- */
static svm_locale_props_t props;
static int parse(const char *lc, const char **lang, const char **script, const char **country, const char **variant) {
    if (!lc || !strcmp(lc, "C") || !strcmp(lc, "POSIX") || !strncmp(lc, "C.", 2))
        lc = strncmp(lc ? lc : "", "C.", 2) ? "en_US" : "en";
    char *s = strdup(lc);
    if (!s) return 1;
    char *at = strchr(s, '@'), *dot, *us;
    if (at) *at++ = 0;
    if ((dot = strchr(s, '.'))) *dot = 0;
    if ((us = strchr(s, '_'))) *us++ = 0;
    *lang = s;
    *country = us;
    *variant = NULL;
    *script = at && !strcmp(at, "latin") ? "Latn" : at && !strcmp(at, "cyrillic") ? "Cyrl" : NULL;
    return 0;
}
int svm_initialize_locale(void) {
    setlocale(LC_ALL, "");
    int bad = parse(setlocale(LC_CTYPE, NULL), &props.format_language, &props.format_script, &props.format_country,
                    &props.format_variant) |
              parse(setlocale(LC_MESSAGES, NULL), &props.display_language, &props.display_script,
                    &props.display_country, &props.display_variant);
    return bad ? SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY : SVM_LOCALE_INITIALIZATION_SUCCEEDED;
}
svm_locale_props_t *svm_get_locale(void) {
    return &props;
}

/* ---- attach API: not offered ---- */
void svm_attach_startup(char *p) {
    (void)p;
}
void svm_attach_listener_cleanup(int s, char *p) {
    (void)s;
    (void)p;
}
int svm_attach_check_socket_file(char *p) {
    (void)p;
    return 0;
}
int svm_attach_is_init_trigger(char *p) {
    (void)p;
    return 0;
}
int svm_attach_create_listener(char *p) {
    (void)p;
    return -1;
}
int svm_attach_wait_for_request(int s) {
    (void)s;
    return -1;
}
void svm_attach_shutdown_socket(int s) {
    (void)s;
}

/* ---- fixed-arity fronts for variadic libc functions ---- */
#include <fcntl.h>
int openSII(const char *path, int flags, int mode) {
    return open(path, flags, mode);
}
int openatISII(int dir, const char *path, int flags, int mode) {
    return openat(dir, path, flags, mode);
}
int fprintfSD(FILE *f, const char *fmt, const char *s, int d) {
    return fprintf(f, fmt, s, d);
}
