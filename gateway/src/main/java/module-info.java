/** The appliance's listener for operators. */
module dev.nullbox.gateway {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.rpc;
    requires dev.nullbox.service;

    exports dev.nullbox.gateway;
}
