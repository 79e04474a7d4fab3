package dev.nullbox.warden.vault;

import dev.nullbox.rpc.RpcException;
import java.io.IOException;

/** Step on a vault that it may refuse. */
@FunctionalInterface
public interface VaultAction<T> {
    T run() throws RpcException, IOException;

    /** Runs the action, and undoes earlier steps when it fails. */
    static <T> T orElse(Runnable undo, VaultAction<T> action) throws RpcException, IOException {
        boolean made = false;
        try {
            T result = action.run();
            made = true;
            return result;
        } finally {
            if (!made) {
                undo.run();
            }
        }
    }

    /** Wrapper of a change, with the records before and after it. */
    @FunctionalInterface
    interface Around<T> {
        T run(VaultAction<T> change) throws RpcException, IOException;
    }
}
