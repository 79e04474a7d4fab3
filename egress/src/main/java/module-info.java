/** Manifest -> RuleSet -> nftables; default drop. */
module dev.nullbox.egress {
    requires static org.jspecify;
    requires com.google.gson;
    requires dev.nullbox.manifest;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;

    exports dev.nullbox.egress;
}
