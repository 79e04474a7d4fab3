package dev.nullbox.nullctl;

/** Lands with its module. */
public final class NullctlMain {
    private NullctlMain() {}
}
