package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** Cage's reasons, on its socket and on agents' own API. */
public enum AgentReason implements Reason {
    AGENT_UNKNOWN(ErrorKind.NOT_FOUND, "there is no agent of the name"),
    AGENT_REFUSED(ErrorKind.CONFLICT, "the agent's manifest has problems", "nullctl agents names the problems"),
    AGENT_RUNS(ErrorKind.CONFLICT, "the agent runs already"),
    AGENT_STOPPED(ErrorKind.CONFLICT, "the agent does not run"),
    AGENT_STOP(ErrorKind.TIMEOUT, "the agent does not end"),
    AGENT_BUSY(ErrorKind.TIMEOUT, "the agent is still starting or stopping"),
    EXEC_REFUSED(ErrorKind.INVALID_PARAMS, "the command or its surroundings cannot be used"),
    EXEC_UNKNOWN(ErrorKind.NOT_FOUND, "no such program runs", "run it anew"),
    EXEC_LIMIT(ErrorKind.CONFLICT, "the limit of programs is reached", "wait until one has ended"),
    EXEC_FAILED(ErrorKind.UNAVAILABLE, "the guest did not run the program", "nullctl logs --source cage says more"),
    COPY_FAILED(ErrorKind.CONFLICT, "a copy failed in the guest", "the message says why"),
    AGENT_NAME(ErrorKind.INVALID_PARAMS, "the name is none, or is an agent's of the image", "choose another name"),
    AGENT_MANIFEST(
            ErrorKind.INVALID_PARAMS,
            "AGENT.toml has problems",
            "nullctl agent validate shows them without an appliance"),
    AGENT_GROWTH(
            ErrorKind.CONFLICT,
            "the new version may more than the current one",
            "add it again with the --accept-growth that the cause names, if that is meant"),
    AGENT_VERSION(ErrorKind.NOT_FOUND, "the agent has no such version", "nullctl agent show lists them"),
    AGENT_FIXED(ErrorKind.CONFLICT, "the agent is the image's or lies on the data disk, and not in the store"),
    ARCHIVE_UNKNOWN(ErrorKind.NOT_FOUND, "no image of an archive with this digest is stored", "send the archive"),
    IMPORT_UNKNOWN(ErrorKind.NOT_FOUND, "no such import is under way", "add the agent anew"),
    IMPORT_BUSY(ErrorKind.CONFLICT, "the limit of imports is reached", "wait until one is over"),
    STORE_FAILED(ErrorKind.INTERNAL, "the data partition failed", "nullctl logs --source cage says more"),
    RUN_UNKNOWN(ErrorKind.NOT_FOUND, "the agent has no such run", "nullctl runs lists them"),
    RUN_LIMIT(ErrorKind.CONFLICT, "the limit of runs at once is reached", "wait until one has ended, or stop one"),
    WAIT_LIMIT(ErrorKind.CONFLICT, "the limit of calls that wait for ends of runs is reached", "end one of them"),
    LOGS_LIMIT(
            ErrorKind.CONFLICT,
            "the limit of followers of agents' output is reached",
            "end one of them, or leave -f out"),
    DISK_UNKNOWN(ErrorKind.NOT_FOUND, "the agent has no such disk", "nullctl volume list shows them"),
    CAGE_STOPS(ErrorKind.UNAVAILABLE, "cage is stopping"),
    LEASE(ErrorKind.INTERNAL, "the warden's lease differs from the request"),
    BAD_REQUEST(ErrorKind.INVALID_REQUEST, "not a request of HTTP/1.1"),
    METHOD(ErrorKind.INVALID_REQUEST, "another method than GET"),
    UNKNOWN(ErrorKind.NOT_FOUND, "no secret of the agent's manifest has the name"),
    DENIED(ErrorKind.DENIED, "the secret is a canary, which nobody may have"),
    REFUSALS(ErrorKind.UNAVAILABLE, "too many of the agent's requests were refused", "ask more slowly");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    AgentReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
