package dev.nullbox.natives.netlink;

/** Constants of netlink(7) and rtnetlink(7) of this package. Source: linux/netlink.h and the headers named. */
final class Netlink {
    // <linux/netlink.h>
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_NETFILTER = 12;
    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_EXCL = 512;
    static final int NLM_F_CREATE = 1024;
    static final int NLMSG_ERROR = 2;
    // <linux/rtnetlink.h>
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    // <linux/if_link.h>
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_NET_NS_PID = 19;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_BR_FORWARD_DELAY = 1;
    static final int IFLA_BR_STP_STATE = 5;
    static final int IFLA_BR_MCAST_SNOOPING = 23;
    // <linux/veth.h>
    static final int VETH_INFO_PEER = 1;
    // <linux/if_addr.h>
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    // <linux/netfilter/nfnetlink.h>
    static final int NFNL_SUBSYS_NFTABLES = 10;
    // <linux/netfilter/nf_tables.h>
    static final int NFT_MSG_GETGEN = 16;
    static final int NFTA_GEN_ID = 1;
    // <linux/if.h>
    static final int IFF_UP = 1;
    static final int IFNAMSIZ = 16;

    private Netlink() {}
}
