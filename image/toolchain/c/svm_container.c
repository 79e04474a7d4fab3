/* libsvm_container: container limits are not looked at; the image sees the machine (or its affinity mask) */
#include <unistd.h>

extern int JVM_ActiveProcessorCount(void);

enum { UNKNOWN = -1 };

int svm_container_initialize(int version) {
    (void)version;
    return 0; /* not containerized */
}
unsigned long svm_container_physical_memory(void) {
    return (unsigned long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}
long svm_container_memory_limit_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_memory_and_swap_limit_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_memory_soft_limit_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_memory_usage_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_memory_max_usage_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_rss_usage_in_bytes(void) {
    return UNKNOWN;
}
long svm_container_cache_usage_in_bytes(void) {
    return UNKNOWN;
}
int svm_container_active_processor_count(void) {
    return JVM_ActiveProcessorCount();
}
