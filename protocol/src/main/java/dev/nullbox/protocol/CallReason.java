package dev.nullbox.protocol;

/**
 * Reasons that every service and every client may give: faults of the message, its parameters, the connection and
 * files.
 */
public enum CallReason implements Reason {
    JSON(ErrorKind.PARSE, "the line is not JSON, or not within its bounds"),
    BATCH(ErrorKind.INVALID_REQUEST, "a batch: send one request a message"),
    NOT_AN_OBJECT(ErrorKind.INVALID_REQUEST, "the request, or its params, is no object"),
    ID(ErrorKind.INVALID_REQUEST, "the id is no null, number or short string"),
    MEMBER(ErrorKind.INVALID_REQUEST, "a member that requests do not have"),
    VERSION(ErrorKind.INVALID_REQUEST, "jsonrpc is not \"2.0\""),
    METHOD(ErrorKind.INVALID_REQUEST, "method is no string"),
    LINE_TOO_LONG(ErrorKind.INVALID_REQUEST, "the line is longer than a message"),
    NOT_A_REPLY(ErrorKind.INVALID_REQUEST, "the far side's line is no reply to the request"),
    HTTP(ErrorKind.INVALID_REQUEST, "a request that is not HTTP/1.1 as RFC 9112 has it, or is beyond its bounds"),
    HTTP_METHOD(ErrorKind.INVALID_REQUEST, "another HTTP method than the path has"),
    HTTP_ORIGIN(ErrorKind.DENIED, "a web page's request", "ask by a program that sends no Origin, such as curl"),
    HTTP_PATH(ErrorKind.NOT_FOUND, "there is nothing at the path", "ask as /v1/openapi.json says"),
    HTTP_TYPE(
            ErrorKind.INVALID_REQUEST,
            "a body of another media type",
            "send JSON as application/json, as curl --json does, and a file as application/octet-stream"),
    NO_METHOD(ErrorKind.NO_METHOD, "there is no method of the name here"),
    NOT_ROUTED(ErrorKind.NO_METHOD, "operators have no method of the name"),
    CALLER(ErrorKind.DENIED, "the caller may not call the method"),
    OPERATOR(ErrorKind.DENIED, "an operator's name from another than the gateway"),
    MISSING(ErrorKind.INVALID_PARAMS, "a parameter is missing"),
    UNKNOWN(ErrorKind.INVALID_PARAMS, "a parameter that the method does not have"),
    WRONG_TYPE(ErrorKind.INVALID_PARAMS, "a parameter of another type"),
    OUT_OF_RANGE(ErrorKind.INVALID_PARAMS, "a parameter beyond its bounds"),
    REQUEST_TOO_LARGE(ErrorKind.INVALID_PARAMS, "the request is longer than a message"),
    RESULT_TOO_LARGE(ErrorKind.INTERNAL, "the result is longer than a message"),
    UNEXPECTED(ErrorKind.INTERNAL, "an answer of another form", "use the nullctl that was built with the appliance"),
    BUG(ErrorKind.INTERNAL, "a bug in the service"),
    BUSY(ErrorKind.UNAVAILABLE, "too many calls wait already"),
    NOT_LISTENING(ErrorKind.UNAVAILABLE, "the service does not listen at its socket"),
    HUNG_UP(ErrorKind.UNAVAILABLE, "the service hung up without an answer"),
    NOT_READ(ErrorKind.UNAVAILABLE, "the service hung up before it had read the request"),
    CALL(ErrorKind.TIMEOUT, "no answer within the method's deadline"),
    TRANSFER_UNKNOWN(ErrorKind.NOT_FOUND, "the transfer is over", "begin anew"),
    TRANSFER_OFFSET(ErrorKind.INVALID_PARAMS, "the chunk is not the next one, or too long"),
    TRANSFER_DIGEST(ErrorKind.CONFLICT, "the file is not the one that was sent", "send the file again");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    CallReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
