/** The vault of secrets, and its leases to agents. */
module dev.nullbox.warden {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires dev.nullbox.natives;
    requires dev.nullbox.rpc;
    requires org.bouncycastle.provider;

    exports dev.nullbox.warden;
}
