package dev.nullbox.nulld;

/** Lands with its module. */
public final class NulldMain {
    private NulldMain() {}
}
