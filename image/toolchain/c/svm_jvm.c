/*
 * The JVM_ and jio_ functions that the JDK's native libraries call and that a native image really reaches; the others
 * are generated as stubs that abort (build.sh), and the image build refuses an executable that holds one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void initialize(void) {} /* only there so that the linker takes this library */

int JVM_ActiveProcessorCount(void) {
    cpu_set_t s;
    if (sched_getaffinity(0, sizeof s, &s) == 0) {
        int n = CPU_COUNT(&s);
        if (n > 0) return n;
    }
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}
static int64_t clk(clockid_t c, int64_t per) {
    struct timespec t;
    clock_gettime(c, &t);
    return t.tv_sec * per + t.tv_nsec / (1000000000L / per);
}
int64_t JVM_CurrentTimeMillis(void *env, void *cls) {
    (void)env;
    (void)cls;
    return clk(CLOCK_REALTIME, 1000);
}
int64_t JVM_NanoTime(void *env, void *cls) {
    (void)env;
    (void)cls;
    return clk(CLOCK_MONOTONIC, 1000000000L);
}
/* nanoseconds since offset (seconds since the epoch); -1 if the offset is too far off to fit */
int64_t JVM_GetNanoTimeAdjustment(void *env, void *cls, int64_t offset) {
    struct timespec t;
    (void)env;
    (void)cls;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t d = (int64_t)((uint64_t)t.tv_sec - (uint64_t)offset);
    if (d > 0x100000000LL || d < -0x100000000LL) return -1;
    return d * 1000000000LL + t.tv_nsec;
}
/* the same three as JNI methods: the JDK binds them in registerNatives, which a native image does not run */
int64_t Java_java_lang_System_currentTimeMillis(void *e, void *c) {
    return JVM_CurrentTimeMillis(e, c);
}
int64_t Java_java_lang_System_nanoTime(void *e, void *c) {
    return JVM_NanoTime(e, c);
}
int64_t Java_jdk_internal_misc_VM_getNanoTimeAdjustment(void *e, void *c, int64_t o) {
    return JVM_GetNanoTimeAdjustment(e, c, o);
}

void *JVM_FindLibraryEntry(void *h, const char *name) {
    return dlsym(h, name);
}
void *JVM_LoadLibrary(const char *name, unsigned char throw_it) {
    (void)throw_it;
    return dlopen(name, RTLD_LAZY);
}
void JVM_UnloadLibrary(void *h) {
    dlclose(h);
}
void JVM_Halt(int code) {
    _exit(code);
}
void JVM_BeforeHalt(void) {}
char *JVM_NativePath(char *p) {
    return p;
}
void *JVM_RawMonitorCreate(void) {
    pthread_mutex_t *m = malloc(sizeof *m);
    if (m) pthread_mutex_init(m, NULL);
    return m;
}
void JVM_RawMonitorDestroy(void *m) {
    pthread_mutex_destroy(m);
    free(m);
}
int JVM_RawMonitorEnter(void *m) {
    return pthread_mutex_lock(m);
}
void JVM_RawMonitorExit(void *m) {
    pthread_mutex_unlock(m);
}
void *JVM_GetManagement(int v) {
    (void)v;
    return NULL;
}
unsigned char JVM_IsUseContainerSupport(void) {
    return 0;
}
unsigned char JVM_IsContainerized(void) {
    return 0;
}
unsigned char JVM_IsSupportedJNIVersion(int v) {
    return v >= 0x00010001;
}
unsigned char JVM_IsForeignLinkerSupported(void) {
    return 1;
}
unsigned char JVM_IsPreviewEnabled(void) {
    return 0;
}
unsigned char JVM_IsContinuationsSupported(void) {
    return 0;
}
unsigned char JVM_IsStaticallyLinked(void) {
    return 1;
}

int jio_vsnprintf(char *s, size_t n, const char *f, va_list a) {
    if ((ssize_t)n <= 0) return -1;
    int r = vsnprintf(s, n, f, a);
    return r < 0 || (size_t)r >= n ? (s[n - 1] = 0, -1) : r;
}
int jio_snprintf(char *s, size_t n, const char *f, ...) {
    va_list a;
    va_start(a, f);
    int r = jio_vsnprintf(s, n, f, a);
    va_end(a);
    return r;
}
int jio_vfprintf(FILE *o, const char *f, va_list a) {
    return vfprintf(o, f, a);
}
int jio_fprintf(FILE *o, const char *f, ...) {
    va_list a;
    va_start(a, f);
    int r = vfprintf(o, f, a);
    va_end(a);
    return r;
}
