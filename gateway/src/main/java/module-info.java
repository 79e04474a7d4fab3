/** The appliance's listener for operators. */
module dev.nullbox.gateway {
    requires static org.jspecify;
    requires com.google.gson;
    requires dev.nullbox.protocol;
    requires dev.nullbox.rpc;
    requires dev.nullbox.service;
    requires org.apache.httpcomponents.core5.httpcore5;

    exports dev.nullbox.gateway;
}
