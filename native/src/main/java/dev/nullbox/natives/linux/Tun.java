package dev.nullbox.natives.linux;

/** Constants of TUN and TAP interfaces, by their C names. Source: {@code linux/if_tun.h}, x86-64. */
public final class Tun {
    public static final int IFF_TAP = 0x2;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_VNET_HDR = 0x4000;
    public static final int IFF_TUN_EXCL = 0x8000;
    public static final long TUNSETIFF = 0x400454ca;
    public static final long TUNSETPERSIST = 0x400454cb;
    public static final long TUNSETOWNER = 0x400454cc;
    public static final long TUNSETOFFLOAD = 0x400454d0;
    public static final long TUNSETVNETHDRSZ = 0x400454d8;

    private Tun() {}
}
