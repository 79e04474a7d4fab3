/**
 * Route netlink (rtnetlink(7)): links, addresses and routes of the calling thread's network namespace. {@link
 * dev.nullbox.natives.netlink.Rtnetlink} sends what {@link dev.nullbox.natives.netlink.NetlinkMessage} builds and returns
 * only after the kernel's acknowledgement.
 */
@NullMarked
package dev.nullbox.natives.netlink;

import org.jspecify.annotations.NullMarked;
