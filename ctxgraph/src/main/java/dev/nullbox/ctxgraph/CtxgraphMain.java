package dev.nullbox.ctxgraph;

import dev.nullbox.ctxgraph.http.AgentHttpServer;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program {@code ctxgraph}: shared memory for agents. Started by nulld, stopped by SIGTERM with exit code 0. */
public final class CtxgraphMain {
    private static final Path IMAGE_LIBRARY = Path.of("/usr/lib/nullbox/libsqlitejdbc.so");

    private CtxgraphMain() {}

    /** Runs until stopped; exits with code 1 and one line on standard error when it cannot start. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("ctxgraph");
        try {
            useLibraryOfImage();
            AgentHttpServer.setBounds();
            CtxgraphService service = CtxgraphService.start(runtime);
            runtime.onTerminate(() -> close(service));
            runtime.ready();
        } catch (IOException e) {
            System.err.println("ctxgraph: " + e.getMessage());
            runtime.exit(1);
        }
    }

    /**
     * Loads SQLite's native library from the image: in the appliance nothing is unpacked into a directory for temporary
     * files.
     */
    private static void useLibraryOfImage() {
        if (Files.exists(IMAGE_LIBRARY)) {
            System.setProperty("org.sqlite.lib.path", String.valueOf(IMAGE_LIBRARY.getParent()));
            System.setProperty("org.sqlite.lib.name", String.valueOf(IMAGE_LIBRARY.getFileName()));
        }
    }

    private static void close(CtxgraphService service) {
        try {
            service.close();
        } catch (RpcException e) {
            throw new IllegalStateException("the database did not close: " + e.getMessage(), e);
        }
    }
}
