/** The transparent proxy of agents' TLS and HTTP. */
module dev.nullbox.gate {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.rpc;
    requires dev.nullbox.service;
    requires dev.nullbox.natives;

    exports dev.nullbox.gate;
}
