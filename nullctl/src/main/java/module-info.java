/** The operator's command line. */
module dev.nullbox.nullctl {
    requires static org.jspecify;
    requires dev.nullbox.manifest;
    requires dev.nullbox.archive;
    requires dev.nullbox.protocol;
    requires dev.nullbox.natives;
    requires dev.nullbox.service;
    requires dev.nullbox.rpc;
    requires info.picocli;

    exports dev.nullbox.nullctl;

    opens dev.nullbox.nullctl to
            info.picocli;
    opens dev.nullbox.nullctl.client to
            info.picocli;
    opens dev.nullbox.nullctl.command to
            info.picocli;
    opens dev.nullbox.nullctl.command.context to
            info.picocli;
    opens dev.nullbox.nullctl.command.disk to
            info.picocli;
    opens dev.nullbox.nullctl.command.egress to
            info.picocli;
    opens dev.nullbox.nullctl.command.agent to
            info.picocli;
    opens dev.nullbox.nullctl.command.program to
            info.picocli;
    opens dev.nullbox.nullctl.command.memory to
            info.picocli;
    opens dev.nullbox.nullctl.command.vault to
            info.picocli;
}
