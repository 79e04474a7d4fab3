package dev.nullbox.protocol;

/** The effect of a method, from which guards derive what they must do; a method has no default. */
public enum Effect {
    /** Reads state and changes nothing; no stored value is in the answer. */
    READ,
    /** Reads values that agents stored: a reader's taint filter applies to them. */
    READ_VALUES,
    /** Changes something; no secret is in the request or the answer. */
    CHANGE,
    /** Carries a secret in the request or the answer: every process that passes it on wipes its copy. */
    SECRET
}
