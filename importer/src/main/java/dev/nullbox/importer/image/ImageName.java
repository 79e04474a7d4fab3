package dev.nullbox.importer.image;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Names of images in their short forms: {@code python} for {@code docker.io/library/python:latest}. */
final class ImageName {
    private static final int MAX_LISTED = 20;

    private ImageName() {}

    static boolean isSame(String wanted, String name) {
        return wanted.equals(name) || full(wanted).equals(full(name));
    }

    private static String full(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean hasHost = first.contains(".") || first.contains(":") || first.equals("localhost");
        String whole = hasHost ? name : "docker.io/" + (slash < 0 ? "library/" : "") + name;
        String last = whole.substring(whole.lastIndexOf('/') + 1);
        return last.contains(":") || last.contains("@") ? whole : whole + ":latest";
    }

    /** The names as a list for messages. */
    static String listed(Collection<String> names) {
        String listed = names.stream()
                .distinct()
                .limit(MAX_LISTED)
                .map(name -> ByteNames.shown(ByteNames.ofText(name)))
                .collect(Collectors.joining(", "));
        return names.stream().distinct().count() > MAX_LISTED ? listed + ", ..." : listed;
    }

    static ArchiveException none(String wanted, List<String> names) {
        return new ArchiveException(
                ImportReason.IMPORT_CHOICE,
                "no image of the archive is named " + listed(List.of(wanted)) + "; it has "
                        + (names.isEmpty() ? "none with a name" : listed(names)));
    }

    static ArchiveException several(List<String> names) {
        return new ArchiveException(
                ImportReason.IMPORT_CHOICE, "the archive has several images; name one of them: " + listed(names));
    }
}
