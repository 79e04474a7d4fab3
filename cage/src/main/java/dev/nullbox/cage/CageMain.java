package dev.nullbox.cage;

/** Lands with its module. */
public final class CageMain {
    private CageMain() {}
}
