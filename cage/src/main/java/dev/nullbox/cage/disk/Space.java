package dev.nullbox.cage.disk;

import java.io.IOException;

/** Room for disks on the file system that they lie on. */
interface Space {
    /** The sum of sizes that disks may have in all, in bytes. */
    long limit() throws IOException;

    /** The operator's remedy when it is too little. */
    String remedy();
}
