package dev.nullbox.cage.store;

/**
 * Version of an agent in the store.
 *
 * @param number counted from 1, never reused
 * @param digest SHA-256 of its image, 64 lower-case hexadecimal digits
 * @param manifestDigest SHA-256 of its AGENT.toml
 * @param addedMillis time of the addition, since 1970 UTC
 * @param operator the operator who added it, by their certificate's name
 */
public record StoredVersion(long number, String digest, String manifestDigest, long addedMillis, String operator) {}
