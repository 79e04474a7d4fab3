package dev.nullbox.ctxgraph;

/** Lands with its module. */
public final class CtxgraphMain {
    private CtxgraphMain() {}
}
