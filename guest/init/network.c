#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"
#include "say.h"

static const char CARD[] = "eth0";
enum { CARD_LIMIT_MS = 2000, PREFIX_MAX = 32 };

static struct ifreq request_for(const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return request;
}

static struct sockaddr_in ipv4(in_addr_t address) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = address};
}

static in_addr_t mask_of(unsigned prefix) {
    return htonl(prefix == 0 ? 0 : ~(uint32_t)0 << (PREFIX_MAX - prefix));
}

static int bring_up(int socket, const char *name) {
    struct ifreq request = request_for(name);
    if (ioctl(socket, SIOCGIFFLAGS, &request) != 0) return failed("no network interface %s", name);
    request.ifr_flags |= IFF_UP;
    return ioctl(socket, SIOCSIFFLAGS, &request) == 0 ? 0 : failed("cannot bring up %s", name);
}

static int open_socket(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd >= 0 ? fd : failed("cannot make a socket");
}

int start_loopback(void) {
    int socket = open_socket(), result;
    if (socket < 0) return -1;
    result = bring_up(socket, "lo");
    close(socket);
    return result;
}

/* Before the interface is up: no address by autoconfiguration, no waiting for a router's. */
static void forbid_ipv6(void) {
    static const char *const files[] = {"disable_ipv6", "accept_ra"};
    static const char *const values[] = {"1", "0"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[96];
        snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", CARD, files[i]);
        if (write_text(path, values[i]) != 0 && errno != ENOENT) say("%s: %s", path, strerror(errno));
    }
}

static int set_address(int socket, unsigned long what, const char *name, in_addr_t address) {
    struct ifreq request = request_for(CARD);
    struct sockaddr_in value = ipv4(address);
    memcpy(&request.ifr_addr, &value, sizeof value);
    return ioctl(socket, what, &request) == 0 ? 0 : failed("cannot give %s its %s", CARD, name);
}

static int add_route(int socket, in_addr_t to, in_addr_t mask, in_addr_t gateway) {
    struct rtentry route;
    struct sockaddr_in target = ipv4(to), netmask = ipv4(mask), through = ipv4(gateway);
    char name[] = "eth0";
    memset(&route, 0, sizeof route);
    memcpy(&route.rt_dst, &target, sizeof target);
    memcpy(&route.rt_genmask, &netmask, sizeof netmask);
    memcpy(&route.rt_gateway, &through, sizeof through);
    route.rt_dev = name;
    route.rt_flags =
        (unsigned short)(RTF_UP | (gateway != 0 ? RTF_GATEWAY : 0) | (mask == ~(in_addr_t)0 ? RTF_HOST : 0));
    return ioctl(socket, SIOCADDRT, &route) == 0 || errno == EEXIST ? 0 : failed("cannot add a route");
}

static int set_mtu(int socket, unsigned mtu) {
    struct ifreq request = request_for(CARD);
    if (mtu == 0) return 0;
    request.ifr_mtu = (int)mtu;
    return ioctl(socket, SIOCSIFMTU, &request) == 0 ? 0 : failed("cannot give %s an MTU of %u", CARD, mtu);
}

static int configure(int socket, in_addr_t address, unsigned prefix, in_addr_t gateway, unsigned mtu) {
    in_addr_t mask = mask_of(prefix);
    if (set_mtu(socket, mtu) != 0 || set_address(socket, SIOCSIFADDR, "address", address) != 0 ||
        set_address(socket, SIOCSIFNETMASK, "netmask", mask) != 0 || bring_up(socket, CARD) != 0)
        return -1;
    if (gateway == 0) return 0;
    /* A gateway outside the prefix is on the link all the same. */
    if ((gateway & mask) != (address & mask) && add_route(socket, gateway, ~(in_addr_t)0, 0) != 0) return -1;
    return add_route(socket, 0, 0, gateway);
}

int start_network(const char *address, unsigned prefix, const char *gateway, unsigned mtu) {
    struct in_addr own, way_out = {0};
    int64_t deadline = now_ms() + CARD_LIMIT_MS;
    int socket, result;
    if (inet_pton(AF_INET, address, &own) != 1) return refused("ADDRESS '%s' is no IPv4 address", address);
    if (gateway[0] != '\0' && inet_pton(AF_INET, gateway, &way_out) != 1)
        return refused("GATEWAY '%s' is no IPv4 address", gateway);
    while (if_nametoindex(CARD) == 0 && now_ms() < deadline)
        sleep_ms(1);
    if ((socket = open_socket()) < 0) return -1;
    forbid_ipv6();
    result = configure(socket, own.s_addr, prefix, way_out.s_addr, mtu);
    close(socket);
    return result;
}
