/** Route netlink: links, addresses and routes of a network namespace. */
@NullMarked
package dev.nullbox.natives.netlink;

import org.jspecify.annotations.NullMarked;
