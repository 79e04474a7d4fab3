/** Manifest -> VmConfig -> a sandboxed microVM; its life from start to cleanup. */
module dev.nullbox.cage {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires com.google.gson;
    requires dev.nullbox.manifest;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;

    exports dev.nullbox.cage;
}
