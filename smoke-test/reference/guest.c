/*
 * The least init of a microVM that has what an agent's has: a read-only root with a layer over it, a network card, a
 * vsock connection to the host for what its one command prints. The command is the variable "run" of the kernel's
 * command line, its words separated by commas. /dev/vdb is the root, /dev/vdc the layer, if there is one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VSOCK_PORT = 1024, VSOCK_HOST = 2, MAX_WORDS = 8 };

/* struct sockaddr_vm of linux/vm_sockets.h, which is not among musl's headers. */
struct vsock_address {
    unsigned short family, reserved;
    uint32_t port, cid;
    unsigned char zero[4];
};

/* The kernel prints why, and the host sees that the guest ends without a line "end". */
static void must(int result, const char *what) {
    if (result >= 0) return;
    dprintf(STDERR_FILENO, "guest: %s: %s\n", what, strerror(errno));
    reboot(RB_AUTOBOOT);
}

static void mount_all(void) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    static const char *const moved[] = {"/dev", "/proc", "/sys"};
    must(mount("proc", "/proc", "proc", flags, ""), "/proc");
    must(mount("sys", "/sys", "sysfs", flags, ""), "/sys");
    must(mount("/dev/vdb", "/root", "erofs", MS_RDONLY | MS_NODEV, ""), "/dev/vdb");
    if (access("/dev/vdc", F_OK) == 0)
        must(mount("/dev/vdc", "/layer", "ext4", 0, "discard,noinit_itable,errors=remount-ro,barrier=0"), "/dev/vdc");
    else
        must(mount("layer", "/layer", "tmpfs", 0, ""), "/layer");
    must(mkdir("/layer/upper", 0755), "/layer/upper");
    must(mkdir("/layer/work", 0755), "/layer/work");
    must(mount("agent", "/agent", "overlay", 0, "lowerdir=/root,upperdir=/layer/upper,workdir=/layer/work"), "/agent");
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        char target[32];
        snprintf(target, sizeof target, "/agent%s", moved[i]);
        mkdir(target, 0755);
        must(mount(moved[i], target, NULL, MS_MOVE, NULL), target);
    }
    must(chroot("/agent"), "chroot");
    must(chdir("/"), "chdir");
}

static void set_address(struct sockaddr *place, uint32_t address) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    memcpy(place, &in, sizeof in);
}

static void bring_up(int fd, const char *name, uint32_t address, uint32_t mask) {
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (address != 0) {
        set_address(&request.ifr_addr, address);
        must(ioctl(fd, SIOCSIFADDR, &request), name);
        set_address(&request.ifr_netmask, mask);
        must(ioctl(fd, SIOCSIFNETMASK, &request), name);
    }
    request.ifr_flags = IFF_UP;
    must(ioctl(fd, SIOCSIFFLAGS, &request), name);
}

static void start_network(void) {
    struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bring_up(fd, "lo", 0, 0);
    bring_up(fd, "eth0", 0x0a000002, 0xfffffffc);
    set_address(&route.rt_dst, 0);
    set_address(&route.rt_genmask, 0);
    set_address(&route.rt_gateway, 0x0a000001);
    must(ioctl(fd, SIOCADDRT, &route), "route");
    close(fd);
}

static int connect_host(void) {
    struct vsock_address host = {.family = AF_VSOCK, .port = VSOCK_PORT, .cid = VSOCK_HOST};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(connect(fd, (struct sockaddr *)&host, sizeof host), "vsock");
    return fd;
}

int main(void) {
    static char *words[MAX_WORDS + 1];
    char *run = getenv("run"), byte;
    int host, status;
    pid_t child;
    size_t count = 0;
    mount_all();
    start_network();
    for (char *word = strtok(run, ","); word != NULL && count < MAX_WORDS; word = strtok(NULL, ","))
        words[count++] = word;
    host = connect_host();
    if ((child = fork()) == 0) {
        static char *environment[] = {"PATH=/bin", NULL};
        dup2(host, STDOUT_FILENO);
        dup2(host, STDERR_FILENO);
        execve(words[0], words, environment);
        _exit(127);
    }
    while (waitpid(-1, &status, 0) != child)
        continue;
    if (write(host, "end\n", 4) == 4 && read(host, &byte, 1) == 1) sync();
    reboot(RB_AUTOBOOT);
}
