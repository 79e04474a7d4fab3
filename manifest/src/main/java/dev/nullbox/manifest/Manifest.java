package dev.nullbox.manifest;

/** Lands with its module. */
public final class Manifest {
    private Manifest() {}
}
