package dev.nullbox.warden.vault;

import dev.nullbox.rpc.RpcException;
import java.io.IOException;

/** Step on a vault that it may refuse. */
@FunctionalInterface
public interface VaultAction<T> {
    T run() throws RpcException, IOException;

    /** Makes a change, with what stands before and after it. */
    @FunctionalInterface
    interface Around<T> {
        T run(VaultAction<T> change) throws RpcException, IOException;
    }
}
