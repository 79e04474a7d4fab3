/** java.lang.foreign and SVM bindings: one C-shaped interface per C library. */
module dev.nullbox.natives {
    requires static org.jspecify;
    requires static org.graalvm.nativeimage;
    requires static org.graalvm.word;

    exports dev.nullbox.natives;
    exports dev.nullbox.natives.device;
    exports dev.nullbox.natives.filesystem;
    exports dev.nullbox.natives.landlock;
    exports dev.nullbox.natives.linux;
    exports dev.nullbox.natives.netlink;
}
