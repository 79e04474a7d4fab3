package dev.nullbox.manifest;

/** Lands with the reader. */
public final class Schema {
    private Schema() {}
}
