/** The one executable of all programs, and the root file system around it. */
module dev.nullbox.image {
    requires static org.jspecify;
    requires dev.nullbox.nulld;
    requires dev.nullbox.egress;
    requires dev.nullbox.gate;
    requires dev.nullbox.warden;
    requires dev.nullbox.ctxgraph;
    requires dev.nullbox.cage;
    requires dev.nullbox.gateway;
    requires dev.nullbox.importer;
    requires dev.nullbox.nullctl;
    requires static org.graalvm.nativeimage;

    exports dev.nullbox.image;
}
