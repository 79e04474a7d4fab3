/** Boots the real image in QEMU and drives it, for tests and for figures. */
module dev.nullbox.smoketest {
    requires static org.jspecify;
    requires com.google.gson;
}
