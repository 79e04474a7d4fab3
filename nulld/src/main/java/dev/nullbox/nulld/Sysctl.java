package dev.nullbox.nulld;

/**
 * One kernel setting.
 *
 * @param name as in sysctl(8): {@code "kernel.kptr_restrict"}
 * @param value what is written
 * @param why the reason
 */
record Sysctl(String name, String value, String why) {
    /** The path below /proc/sys. */
    String path() {
        return name.replace('.', '/');
    }
}
