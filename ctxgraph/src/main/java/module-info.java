/** Shared memory for agents, content-addressed by SHA-256, in SQLite. */
module dev.nullbox.ctxgraph {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires dev.nullbox.rpc;
    requires java.sql;
    requires jdk.httpserver;
    requires org.xerial.sqlitejdbc;

    exports dev.nullbox.ctxgraph;
}
