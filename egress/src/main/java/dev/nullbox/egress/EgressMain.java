package dev.nullbox.egress;

/** Lands with its module. */
public final class EgressMain {
    private EgressMain() {}
}
