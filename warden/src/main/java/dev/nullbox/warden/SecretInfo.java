package dev.nullbox.warden;

/**
 * What may be told of a secret.
 *
 * @param version counts the values that the name has had, from 1
 * @param created when this value was set, in seconds since 1970-01-01 UTC
 */
public record SecretInfo(SecretName name, int version, long created) {}
