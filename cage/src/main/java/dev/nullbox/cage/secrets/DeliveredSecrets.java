package dev.nullbox.cage.secrets;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Secrets that a guest holds in files, and wipes on request. A guest with a hostile root may have copied them: the wipe
 * is no guarantee.
 */
public final class DeliveredSecrets {
    /** The guest's side. */
    @FunctionalInterface
    public interface Guest {
        /**
         * Has the guest wipe the secret.
         *
         * @throws IOException when the guest did not confirm it
         */
        void wipe(String name) throws IOException;
    }

    private final Guest guest;
    private final Set<String> names;

    public DeliveredSecrets(Guest guest, List<String> names) {
        this.guest = guest;
        this.names = new TreeSet<>(names);
    }

    /** The secrets that are not wiped yet. */
    synchronized Set<String> names() {
        return Set.copyOf(names);
    }

    /**
     * Has the guest overwrite and remove it.
     *
     * @return false when it was wiped before
     */
    boolean wipe(String name) throws IOException {
        if (!names().contains(name)) {
            return false;
        }
        guest.wipe(name);
        synchronized (this) {
            return names.remove(name);
        }
    }
}
