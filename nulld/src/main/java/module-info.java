/** PID 1: stage 1, boot phases, supervisor, reaper, shutdown. */
module dev.nullbox.nulld {
    requires static org.jspecify;
    requires dev.nullbox.protocol;
    requires dev.nullbox.service;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;
    requires jdk.unsupported; // sun.misc.Signal: PID 1 has no other way to learn of a signal

    exports dev.nullbox.nulld;
}
