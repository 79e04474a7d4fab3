/* libsvm_container: container limits are not looked at; the image sees the machine (or its affinity mask) */
#include <unistd.h>
int svm_container_initialize(int version) {
    (void)version;
    return 0; /* not containerized */
}
unsigned long svm_container_physical_memory(void) {
    return (unsigned long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}
#define NONE(n)                                                                                                        \
    long svm_container_##n(void) {                                                                                     \
        return -1;                                                                                                     \
    }
NONE(memory_limit_in_bytes)
NONE(memory_and_swap_limit_in_bytes)
NONE(memory_soft_limit_in_bytes) NONE(memory_usage_in_bytes) NONE(memory_max_usage_in_bytes) NONE(rss_usage_in_bytes)
    NONE(cache_usage_in_bytes) extern int JVM_ActiveProcessorCount(void);
int svm_container_active_processor_count(void) {
    return JVM_ActiveProcessorCount();
}
