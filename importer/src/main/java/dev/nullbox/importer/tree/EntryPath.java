package dev.nullbox.importer.tree;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.ArrayList;
import java.util.List;

/** Path of an entry as a list of names from the top downwards, empty for the top itself. */
final class EntryPath {
    /** Linux's PATH_MAX, with the NUL that C puts behind it. */
    static final int MAX_PATH_BYTES = 4_095;

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_DEPTH = 256;

    private EntryPath() {}

    /** @throws ArchiveException for a path that is absolute, leads upwards, or that Linux would refuse */
    static List<String> split(String path) throws ArchiveException {
        if (path.startsWith("/")) {
            throw refused("is absolute; entries are named from the root's top, as etc/passwd");
        }
        if (path.length() > MAX_PATH_BYTES) {
            throw refused("has a path of " + path.length() + " bytes; Linux takes " + MAX_PATH_BYTES);
        }
        if (path.indexOf('\0') >= 0) {
            throw refused("has a NUL in its name");
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                throw refused("leads upwards by \"..\"; entries are named from the root's top");
            }
            if (name.length() > MAX_NAME_BYTES) {
                throw refused("has a name of " + name.length() + " bytes; Linux takes " + MAX_NAME_BYTES);
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (names.size() > MAX_DEPTH) {
            throw refused("lies " + names.size() + " directories deep; " + MAX_DEPTH + " are taken");
        }
        return names;
    }

    /** The path for messages. */
    static String shown(List<String> names) {
        return ByteNames.shown(String.join("/", names));
    }

    static ArchiveException refused(String what) {
        return new ArchiveException(ImportReason.IMPORT_ENTRY, what);
    }
}
