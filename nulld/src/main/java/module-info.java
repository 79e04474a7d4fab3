/** PID 1: stage 1, boot phases, supervisor, reaper, shutdown. */
module dev.nullbox.nulld {
    requires static org.jspecify;
    requires dev.nullbox.rpc;
    requires dev.nullbox.natives;

    exports dev.nullbox.nulld;
}
