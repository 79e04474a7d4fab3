package dev.nullbox.rpc;

/**
 * An operator on whose behalf the gateway calls.
 *
 * @param name from the certificate's subject alternative name
 * @param certificate SHA-256 of the certificate, in hexadecimal
 */
public record Operator(String name, String certificate) {}
