package dev.nullbox.cage.disk;

import java.io.IOException;

/** Space for disks on their file system. */
interface Space {
    /** Most bytes of all disks together, by their full sizes. */
    long limit() throws IOException;

    /** The operator's remedy when it is too little. */
    String remedy();
}
