/** The tools in Java that run in a guest beside its init: programs that an operator runs in the agent's world, copies of its files, and connections to its ports. */
module dev.nullbox.guest {
    requires static org.jspecify;
    requires dev.nullbox.archive;
    requires dev.nullbox.protocol;
    requires dev.nullbox.natives;

    exports dev.nullbox.guest;
}
