/* libreporterchelper.so: two numbers for the builder's progress output */
#include <jni.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
JNIEXPORT jlong JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getPeakRSS0(JNIEnv *e, jclass c) {
    struct rusage r;
    (void)e;
    (void)c;
    return getrusage(RUSAGE_SELF, &r) == 0 ? (jlong)r.ru_maxrss * 1024 : -1;
}
JNIEXPORT jint JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getTerminalWindowColumns0(JNIEnv *e,
                                                                                                    jclass c) {
    struct winsize w;
    (void)e;
    (void)c;
    return ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}
