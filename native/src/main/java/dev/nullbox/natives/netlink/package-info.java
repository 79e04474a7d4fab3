/**
 * Links, addresses and routes of the calling thread's network namespace, by route netlink (rtnetlink(7)): {@link
 * dev.nullbox.natives.netlink.Rtnetlink} sends what {@link dev.nullbox.natives.netlink.NetlinkMessage} builds and returns
 * only after the kernel's acknowledgement. Taps alone are made by ioctl: {@link dev.nullbox.natives.netlink.Tap}. {@link
 * dev.nullbox.natives.netlink.NftGeneration} asks netfilter's netlink for one number.
 */
@NullMarked
package dev.nullbox.natives.netlink;

import org.jspecify.annotations.NullMarked;
