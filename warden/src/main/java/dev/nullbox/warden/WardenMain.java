package dev.nullbox.warden;

/** Lands with its module. */
public final class WardenMain {
    private WardenMain() {}
}
