package dev.nullbox.cage;

import dev.nullbox.cage.jail.CageExit;
import dev.nullbox.cage.jail.JailMain;
import dev.nullbox.cage.jail.VmMain;
import dev.nullbox.natives.Natives;
import java.util.Arrays;

/**
 * The program {@code cage}: without arguments the daemon that runs agents; {@code jail} the first stage of one agent's
 * process, which enters the sandbox; {@code vm} the second, which becomes the microVM. The daemon alone starts the
 * latter two.
 */
public final class CageMain {
    private CageMain() {}

    /** Ends with a code of {@link CageExit}, or with the guest's. */
    public static void main(String[] args) {
        if (args.length == 0) {
            CageDaemon.main();
            return;
        }
        String stage = args.length == 1 ? args[0] : "";
        if (stage.equals("vm")) {
            System.exit(VmMain.run(Natives.libc()));
        } else if (stage.equals("jail")) {
            System.exit(JailMain.run(Natives.libc()));
        } else {
            System.err.println("cage: takes no argument, jail, or vm, not " + Arrays.toString(args));
            System.exit(CageExit.USAGE.code());
        }
    }
}
