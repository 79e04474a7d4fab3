/** Tar archives: read, made, and unpacked to where nothing leads out of. */
module dev.nullbox.archive {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires dev.nullbox.natives;

    exports dev.nullbox.archive;
    exports dev.nullbox.archive.files;
    exports dev.nullbox.archive.tar;
}
