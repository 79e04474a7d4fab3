package dev.nullbox.protocol;

/** The effect of a method, from which guards derive what they must do; a method has no default. */
public enum Effect {
    /** Tells state and changes nothing; no stored value is in the answer. */
    READ,
    /** Tells values that agents stored: a reader's taint filter applies to them. */
    READ_VALUES,
    /** Changes something; no secret is in the request or the answer. */
    CHANGE,
    /** Carries a secret in the request or the answer: whoever passes it on wipes what it held. */
    SECRET
}
