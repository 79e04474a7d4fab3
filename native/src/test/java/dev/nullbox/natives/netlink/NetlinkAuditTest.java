package dev.nullbox.natives.netlink;

import static dev.nullbox.natives.linux.HeaderAudit.field;
import static dev.nullbox.natives.linux.HeaderAudit.size;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.HeaderAudit;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the constants and the layouts of netlink messages against the C headers of this machine, by gcc. */
class NetlinkAuditTest {
    private static final List<String> LAYOUTS = List.of(
            size("struct sockaddr_nl", NetlinkSocket.SOCKADDR_NL_BYTES),
            field("struct sockaddr_nl", "nl_family", 0, 2),
            field("struct sockaddr_nl", "nl_pid", 4, 4),
            field("struct sockaddr_nl", "nl_groups", 8, 4),
            size("struct nlmsghdr", NetlinkMessage.HEADER_BYTES),
            field("struct nlmsghdr", "nlmsg_len", 0, 4),
            field("struct nlmsghdr", "nlmsg_type", 4, 2),
            field("struct nlmsghdr", "nlmsg_flags", 6, 2),
            field("struct nlmsghdr", "nlmsg_seq", 8, 4),
            field("struct nlmsghdr", "nlmsg_pid", 12, 4),
            field("struct nlmsgerr", "error", 0, 4),
            size("struct nfgenmsg", NftGeneration.NFGENMSG_BYTES),
            size("struct rtattr", NetlinkMessage.ATTRIBUTE_BYTES),
            field("struct rtattr", "rta_len", 0, 2),
            field("struct rtattr", "rta_type", 2, 2),
            size("struct ifinfomsg", 16),
            field("struct ifinfomsg", "ifi_family", 0, 1),
            field("struct ifinfomsg", "ifi_type", 2, 2),
            field("struct ifinfomsg", "ifi_index", 4, 4),
            field("struct ifinfomsg", "ifi_flags", 8, 4),
            field("struct ifinfomsg", "ifi_change", 12, 4),
            size("struct ifaddrmsg", 8),
            field("struct ifaddrmsg", "ifa_family", 0, 1),
            field("struct ifaddrmsg", "ifa_prefixlen", 1, 1),
            field("struct ifaddrmsg", "ifa_flags", 2, 1),
            field("struct ifaddrmsg", "ifa_scope", 3, 1),
            field("struct ifaddrmsg", "ifa_index", 4, 4),
            size("struct ifreq", Tap.IFREQ_BYTES),
            field("struct ifreq", "ifr_name", 0, 16),
            field("struct ifreq", "ifr_flags", Tap.FLAGS_OFFSET, 2),
            size("struct rtmsg", 12),
            field("struct rtmsg", "rtm_family", 0, 1),
            field("struct rtmsg", "rtm_dst_len", 1, 1),
            field("struct rtmsg", "rtm_src_len", 2, 1),
            field("struct rtmsg", "rtm_tos", 3, 1),
            field("struct rtmsg", "rtm_table", 4, 1),
            field("struct rtmsg", "rtm_protocol", 5, 1),
            field("struct rtmsg", "rtm_scope", 6, 1),
            field("struct rtmsg", "rtm_type", 7, 1),
            field("struct rtmsg", "rtm_flags", 8, 4));

    @Test
    void constantsAreThoseOfTheHeaders() throws Exception {
        List<Source> sources = List.of(new Source(Netlink.class, "linux/rtnetlink.h", ""));
        assertThat(HeaderAudit.complaints(
                        sources,
                        "net/if.h",
                        "linux/veth.h",
                        "linux/if_link.h",
                        "linux/netfilter/nfnetlink.h",
                        "linux/netfilter/nf_tables.h"))
                .isEmpty();
    }

    @Test
    void structsAreThoseOfTheHeaders() throws Exception {
        assertThat(HeaderAudit.complaints(
                        LAYOUTS,
                        List.of("sys/socket.h", "net/if.h", "linux/rtnetlink.h", "linux/netfilter/nfnetlink.h")))
                .isEmpty();
    }
}
