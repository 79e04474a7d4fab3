/** One archive -> one image of a root: a process that can do nothing else. */
module dev.nullbox.importer {
    requires static org.jspecify;
    requires dev.nullbox.archive;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires com.google.gson;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;

    exports dev.nullbox.importer;
}
