package dev.nullbox.nulld.linux;

/**
 * Kernel setting.
 *
 * @param name as in sysctl(8): {@code "kernel.kptr_restrict"}
 * @param value the value to write
 * @param why the reason
 */
public record Sysctl(String name, String value, String why) {
    /** The path below /proc/sys. */
    public String path() {
        return name.replace('.', '/');
    }
}
