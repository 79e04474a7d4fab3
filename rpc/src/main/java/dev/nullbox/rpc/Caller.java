package dev.nullbox.rpc;

/** Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED): names, or numbers where they have none. */
public record Caller(String user, String group) {}
