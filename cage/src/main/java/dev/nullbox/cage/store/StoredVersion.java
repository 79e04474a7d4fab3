package dev.nullbox.cage.store;

/**
 * Version of an agent in the store.
 *
 * @param number counts up from 1, and is never given again
 * @param digest SHA-256 of its image, 64 lower-case hexadecimal digits
 * @param manifestDigest SHA-256 of its AGENT.toml
 * @param addedMillis when, since 1970 UTC
 * @param operator who added it, as the gateway knows them
 */
public record StoredVersion(long number, String digest, String manifestDigest, long addedMillis, String operator) {}
