package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** Ctxgraph's reasons, on its socket and on agents' listeners. */
public enum MemoryReason implements Reason {
    NOT_FOUND(ErrorKind.NOT_FOUND, "nothing is there that the caller may read"),
    SCOPE(ErrorKind.DENIED, "the key is outside of what the agent's manifest lets it read or write"),
    HEAD(
            ErrorKind.CONFLICT,
            "the key has another head than expected",
            "nullctl memory history KEY says what it holds now"),
    AHEAD(ErrorKind.CONFLICT, "the number to go on after is beyond the last"),
    QUARANTINED(
            ErrorKind.CONFLICT,
            "the value is quarantined",
            "nullctl memory quarantines lists the quarantines and their reasons"),
    INFLUENCED(
            ErrorKind.CONFLICT,
            "the value was influenced by a source that the reader excludes",
            "nullctl memory quarantines lists the quarantines and their reasons"),
    SYNTAX(ErrorKind.INVALID_PARAMS, "a key, id, name or pattern that is none"),
    NUMBER(ErrorKind.INVALID_PARAMS, "a number that has no canonical JSON form"),
    VECTOR(ErrorKind.INVALID_PARAMS, "the zero vector, which has no direction"),
    VALUE_TOO_LARGE(ErrorKind.INVALID_PARAMS, "the value is longer than any may be"),
    KEY_OR_ID(ErrorKind.INVALID_PARAMS, "give either key or id"),
    QUERY(ErrorKind.INVALID_PARAMS, "a search for neither text nor vector, or for both"),
    PARENT(ErrorKind.INVALID_PARAMS, "a parent that is not there, or that the caller may not read"),
    CHUNK(ErrorKind.INVALID_PARAMS, "a chunk that is not there, or too long"),
    WRITES(ErrorKind.INVALID_PARAMS, "no write, or more in one call than it may have"),
    EXPORT(ErrorKind.INVALID_PARAMS, "the file is no export"),
    BACKUP(ErrorKind.INVALID_PARAMS, "the file is no backup, or not the one that its sum names"),
    DAMAGED(
            ErrorKind.INTERNAL,
            "stored data is damaged",
            "nullctl memory status names what is damaged; write, import or restore it"),
    QUOTA_RATE(ErrorKind.UNAVAILABLE, "the agent has written as often as it may in a minute"),
    QUOTA_SPACE(ErrorKind.UNAVAILABLE, "the agent has stored as much as it may"),
    STORE(ErrorKind.UNAVAILABLE, "the disk failed"),
    BUSY(ErrorKind.UNAVAILABLE, "too much is under way; ask again"),
    TOO_MANY(ErrorKind.CONFLICT, "the limit is reached"),
    TOO_MANY_STREAMS(ErrorKind.UNAVAILABLE, "the agent has as many streams of events open as it may"),
    ORIGIN(ErrorKind.DENIED, "a page of another origin, or another host's name, at an agent's listener"),
    BODY_TOO_LARGE(ErrorKind.INVALID_REQUEST, "the body of an HTTP request is longer than a message"),
    BIND(ErrorKind.UNAVAILABLE, "the listener cannot be bound to the address"),
    RUN_DIRECTORY(ErrorKind.UNAVAILABLE, "the record of attachments cannot be written"),
    NOT_ONE_ADDRESS(ErrorKind.INVALID_PARAMS, "the address is not one host's own");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    MemoryReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
