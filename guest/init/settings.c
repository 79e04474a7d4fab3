#include "settings.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "files.h"
#include "say.h"

/* Limits of open files, as Debian's systemd sets them. */
enum { OPEN_FILES_SOFT = 1024, OPEN_FILES_HARD = 1048576 };

static const struct {
    const char *path, *value;
} SETTINGS[] = {
    /* The machine has one tenant: any user may listen on any port, and send pings. */
    {"/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
    {"/proc/sys/net/ipv4/ping_group_range", "0 2147483647"},
    /* Editors, bundlers and test runners watch whole trees. */
    {"/proc/sys/fs/inotify/max_user_watches", "524288"},
    {"/proc/sys/fs/inotify/max_user_instances", "1024"},
    {"/proc/sys/fs/inotify/max_queued_events", "65536"},
    /* As Debian's systemd sets them. */
    {"/proc/sys/kernel/pid_max", "4194304"},
    {"/proc/sys/vm/max_map_count", "1048576"},
    {"/proc/sys/fs/nr_open", "1048576"},
    {"/proc/sys/fs/file-max", "9223372036854775807"},
    {"/proc/sys/fs/protected_hardlinks", "1"},
    {"/proc/sys/fs/protected_symlinks", "1"},
    {"/proc/sys/fs/protected_regular", "2"},
    {"/proc/sys/fs/protected_fifos", "1"},
};

void apply_settings(void) {
    for (size_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++)
        if (write_text(SETTINGS[i].path, SETTINGS[i].value) != 0 && errno != ENOENT)
            say("%s: %s", SETTINGS[i].path, strerror(errno));
}

int set_hostname(char *hostname) {
    for (char *letter = hostname; (letter = strchr(letter, '_')) != NULL;)
        *letter = '-';
    return sethostname(hostname, strlen(hostname)) == 0 ? 0 : failed("cannot be called '%s'", hostname);
}

int set_limits(void) {
    struct rlimit files = {OPEN_FILES_SOFT, OPEN_FILES_HARD}, core = {0, RLIM_INFINITY};
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) return failed("cannot set the limit of open files");
    return setrlimit(RLIMIT_CORE, &core) == 0 ? 0 : failed("cannot set the limit of core files");
}
