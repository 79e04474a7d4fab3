/** The kit that services share: runtime, events, processes, sandboxes, control groups, limits, files. */
module dev.nullbox.service {
    requires static org.jspecify;
    requires com.google.gson;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;
    requires org.bouncycastle.provider;

    exports dev.nullbox.service;
    exports dev.nullbox.service.process;
    exports dev.nullbox.service.sandbox;
    exports dev.nullbox.service.seccomp;
    exports dev.nullbox.service.x509;
}
