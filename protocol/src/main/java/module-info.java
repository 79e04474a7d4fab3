/** The contract between processes: methods, fields, identifiers and error reasons, each once. */
module dev.nullbox.protocol {
    requires static org.jspecify;

    exports dev.nullbox.protocol;
    exports dev.nullbox.protocol.api;
    exports dev.nullbox.protocol.guest;
    exports dev.nullbox.protocol.id;
    exports dev.nullbox.protocol.importer;
}
