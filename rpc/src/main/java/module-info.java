/** JSON-RPC 2.0 over Unix sockets, and the credentials of TLS. */
module dev.nullbox.rpc {
    requires static org.jspecify;
    requires transitive dev.nullbox.protocol;
    requires transitive com.google.gson;
    requires jdk.net;

    exports dev.nullbox.rpc;
}
