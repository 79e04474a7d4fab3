/** AGENT.toml, read and validated: a Manifest, or all of its problems. */
module dev.nullbox.manifest {
    requires static org.jspecify;
    requires transitive dev.nullbox.protocol;
    requires toml4j;
    requires com.google.gson;

    exports dev.nullbox.manifest;
    exports dev.nullbox.manifest.network;
    exports dev.nullbox.manifest.reader;
}
