/** Manifest -> RuleSet -> nftables; default drop. */
module dev.nullbox.egress {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires dev.nullbox.manifest;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;
    requires org.dnsjava;

    exports dev.nullbox.egress;
}
