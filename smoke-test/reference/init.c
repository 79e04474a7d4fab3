/*
 * Minimal PID 1: reports on the second serial port when it was started, in seconds since the kernel's own start, and
 * powers off. Reference for the time from the kernel's start to NullBox's PID 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    struct timespec since = {0, 0};
    char line[128];
    int port;
    clock_gettime(CLOCK_BOOTTIME, &since);
    snprintf(line, sizeof line, "{\"t\":%ld.%03ld,\"source\":\"reference\",\"event\":\"reference.started\"}\n",
             since.tv_sec, since.tv_nsec / 1000000);
    mkdir("/dev", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    port = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
    if (port >= 0 && write(port, line, strlen(line)) > 0) tcdrain(port);
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
