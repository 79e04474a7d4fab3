package dev.nullbox.protocol.importer;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** Reasons for which an archive is refused. */
public enum ImportReason implements Reason {
    IMPORT_FORMAT(
            ErrorKind.INVALID_PARAMS,
            "the archive is no root as tar, OCI image layout or docker save archive, or a part of it is malformed",
            "make the archive again; tar, gzip and zstd are read"),
    IMPORT_CUT(
            ErrorKind.INVALID_PARAMS,
            "the archive, or a compressed part of it, ends early or is damaged",
            "send the archive again, or make it again"),
    IMPORT_CHOICE(
            ErrorKind.INVALID_PARAMS,
            "several images, and none of them was named, or none has the name",
            "name one of those that the message lists"),
    IMPORT_PLATFORM(
            ErrorKind.INVALID_PARAMS, "the image is for another platform than linux/amd64", "take the image for amd64"),
    IMPORT_DIGEST(
            ErrorKind.INVALID_PARAMS,
            "a part of the image is not the one that its digest or its size names",
            "copy the image again from where it came"),
    IMPORT_ENTRY(
            ErrorKind.INVALID_PARAMS,
            "an entry of the archive cannot be a file of a root: a path that leads out, twice the same",
            "make the archive again without it"),
    IMPORT_LIMIT(
            ErrorKind.INVALID_PARAMS,
            "the archive is larger than an agent's root may be",
            "make the image smaller, or raise the limit that the message names"),
    IMPORT_SPACE(ErrorKind.UNAVAILABLE, "no room for the image", "free some, or use a larger data partition"),
    IMPORT_FAILED(ErrorKind.INTERNAL, "an internal error of the appliance", "nullctl logs --source cage says more");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    ImportReason(ErrorKind kind, String meaning, String remedy) {
        details = new Details(kind, meaning, remedy);
    }

    @Override
    public Details details() {
        return details;
    }
}
