/*
 * The least programs that start a microVM with libkrun (256 MiB, one processor), against which agents are measured:
 *   krunrun share ROOT SHARE WORD...   libkrunfw's kernel; the directories ROOT and SHARE ("-" for none) by virtio-fs,
 *                                      sockets by TSI
 *   krunrun own ROOT LAYER WORD...     the appliance's kernel, guest.c as its init, the images ROOT (EROFS) and LAYER
 *                                      (ext4, "-" for memory) as disks, a tap, a vsock connection for what is printed
 * The words are the command in the guest. The first line of output is the starter's own, written right before
 * krun_start_enter. A server of TCP answers the guest at 127.0.0.1 or at 10.0.0.1: see serve.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MEMORY_MIB = 256,
    LIMIT_S = 170,
    FILES = 65536,
    FORMAT_ELF = 1,
    VSOCK_PORT = 1024,
    SINK_PORT = 7101,
    SOURCE_PORT = 7102,
    SOURCE_BYTES = 32 << 20,
    PIECE = 1 << 16,
    COMMAND_LINE_MAX = 512
};
/* Checksums and segments are left to the reader, as agents have it: bits of virtio-net. */
enum { FEATURES = 0x1983 };
#define LAYER_SIZE "256m"
static const char KERNEL[] = "/usr/lib/nullbox/guest/vmlinux", INIT_DISK[] = "/reference.erofs",
                  SOCKET[] = "/run/krunrun.sock",
                  FIXED_WORDS[] = "console=hvc0 quiet panic=-1 reboot=k root=/dev/vda rootfstype=erofs ro init=/init "
                                  "swiotlb=noforce run=";

static void *library;

static _Noreturn void fail(const char *what) {
    printf("krunrun: %s: %s\n", what, strerror(errno));
    exit(3);
}

/* A libkrun function, all of whose arguments are passed in general registers. */
static int call(const char *name, uint32_t a, const void *b, const void *c, const void *d, const void *e) {
    int (*function)(uint32_t, const void *, const void *, const void *, const void *) =
        (int (*)(uint32_t, const void *, const void *, const void *, const void *))dlsym(library, name);
    int result = function == NULL ? -ENOSYS : function(a, b, c, d, e);
    if (result < 0) {
        printf("krunrun: %s = %d (%s)\n", name, result, strerror(-result));
        exit(3);
    }
    return result;
}

static const void *number(uintptr_t value) {
    return (const void *)value; /* NOLINT(performance-no-int-to-ptr) */
}

static int listen_at(uint32_t address, uint16_t port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0) fail("listen");
    return fd;
}

/* A process that ends with this one, or when it is late. */
static int begin_process(void) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(LIMIT_S);
    }
    return child == 0;
}

/* Reads what the guest sends and confirms its end by one byte; then sends SOURCE_BYTES to whom connects to the other.
 */
static void serve(uint32_t address) {
    static char piece[PIECE];
    int sink = listen_at(address, SINK_PORT), source = listen_at(address, SOURCE_PORT), fd;
    if (!begin_process()) {
        close(sink);
        close(source);
        return;
    }
    close(STDOUT_FILENO);
    fd = accept(sink, NULL, NULL);
    for (size_t left = SOURCE_BYTES; left > 0;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got <= 0) _exit(1);
        left -= (size_t)got;
    }
    if (write(fd, "k", 1) != 1) _exit(1);
    fd = accept(source, NULL, NULL);
    for (size_t left = SOURCE_BYTES; left > 0;) {
        ssize_t put = write(fd, piece, left < sizeof piece ? left : sizeof piece);
        if (put <= 0) _exit(1);
        left -= (size_t)put;
    }
    _exit(read(fd, piece, 1) == 1 ? 0 : 1);
}

/* What the guest's init sends goes to the standard output, up to a line "end", which is confirmed. */
static void copy_output(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char line[PIECE];
    size_t used = 0;
    memcpy(at.sun_path, SOCKET, sizeof SOCKET);
    unlink(SOCKET);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0) fail(SOCKET);
    if (!begin_process()) {
        close(fd);
        return;
    }
    fd = accept(fd, NULL, NULL);
    while (used < sizeof line && read(fd, line + used, 1) == 1) {
        if (line[used++] != '\n') continue;
        if (used == 4 && memcmp(line, "end\n", 4) == 0) _exit(write(fd, "k", 1) == 1 ? 0 : 1);
        if (write(STDOUT_FILENO, line, used) != (ssize_t)used) _exit(1);
        used = 0;
    }
    _exit(1);
}

static void make_tap(void) {
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)},
                       mask = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xfffffffc)};
    int tun, fd;
    if (unshare(CLONE_NEWNET) != 0) fail("unshare");
    strcpy(request.ifr_name, "tap0");
    if ((tun = open("/dev/net/tun", O_RDWR)) < 0 || ioctl(tun, TUNSETIFF, &request) != 0 ||
        ioctl(tun, TUNSETPERSIST, 1) != 0)
        fail("tap0");
    close(tun);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    memcpy(&request.ifr_addr, &address, sizeof address);
    if (ioctl(fd, SIOCSIFADDR, &request) != 0) fail("SIOCSIFADDR");
    memcpy(&request.ifr_netmask, &mask, sizeof mask);
    if (ioctl(fd, SIOCSIFNETMASK, &request) != 0) fail("SIOCSIFNETMASK");
    request.ifr_flags = IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) fail("SIOCSIFFLAGS");
    close(fd);
}

/* An empty file system, on the disk that the layer's directory lies on. */
static void make_layer(const char *path) {
    static const char *const words[] = {"mke2fs", "-q", "-F", "-t", "ext4", NULL, LAYER_SIZE, NULL};
    int status;
    pid_t child = fork();
    if (child == 0) {
        const char *of_it[sizeof words / sizeof *words];
        memcpy(of_it, words, sizeof words);
        of_it[5] = path;
        execv("/sbin/mke2fs", (char **)of_it);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) fail("mke2fs");
}

static void configure_share(uint32_t context, char **words) {
    static const char *const none[] = {NULL}, *const environment[] = {"PATH=/bin", NULL};
    serve(INADDR_LOOPBACK);
    call("krun_set_root", context, words[0], NULL, NULL, NULL);
    if (strcmp(words[1], "-") != 0) {
        if (mkdir(words[1], 0755) != 0) fail(words[1]);
        call("krun_add_virtiofs", context, "share", words[1], NULL, NULL);
    }
    call("krun_set_port_map", context, none, NULL, NULL, NULL);
    call("krun_set_exec", context, words[2], words + 3, environment, NULL);
}

static void configure_own(uint32_t context, char **words) {
    static const unsigned char mac[] = {0x02, 'r', 'e', 'f', 0, 1};
    static char line[COMMAND_LINE_MAX];
    size_t used = (size_t)snprintf(line, sizeof line, "%s", FIXED_WORDS);
    for (char **word = words + 2; *word != NULL && used < sizeof line; word++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", word == words + 2 ? "" : ",", *word);
    make_tap();
    serve(0x0a000001);
    copy_output();
    call("krun_set_kernel", context, KERNEL, number(FORMAT_ELF), NULL, line);
    call("krun_add_disk", context, "init", INIT_DISK, number(1), NULL);
    call("krun_add_disk", context, "root", words[0], number(1), NULL);
    if (strcmp(words[1], "-") != 0) {
        make_layer(words[1]);
        call("krun_add_disk", context, "layer", words[1], number(0), NULL);
    }
    call("krun_add_net_tap", context, "tap0", mac, number(FEATURES), number(0));
    call("krun_add_vsock_port2", context, number(VSOCK_PORT), SOCKET, number(0), NULL);
}

int main(int count, char **words) {
    const struct rlimit files = {FILES, FILES};
    uint32_t context;
    if (count < 5 || (strcmp(words[1], "share") != 0 && strcmp(words[1], "own") != 0)) {
        printf("krunrun: usage: krunrun share ROOT SHARE WORD... | krunrun own ROOT LAYER WORD...\n");
        return 2;
    }
    if ((library = dlopen("libkrun.so.1", RTLD_NOW)) == NULL) {
        printf("krunrun: %s\n", dlerror());
        return 2;
    }
    setrlimit(RLIMIT_NOFILE, &files);
    call("krun_set_log_level", 1, NULL, NULL, NULL, NULL);
    context = (uint32_t)call("krun_create_ctx", 0, NULL, NULL, NULL, NULL);
    call("krun_set_vm_config", context, number(1), number(MEMORY_MIB), NULL, NULL);
    if (strcmp(words[1], "share") == 0)
        configure_share(context, words + 2);
    else
        configure_own(context, words + 2);
    if (write(STDOUT_FILENO, "krunrun: enter\n", 15) != 15) return 4;
    alarm(LIMIT_S);
    call("krun_start_enter", context, NULL, NULL, NULL, NULL);
    return 5;
}
