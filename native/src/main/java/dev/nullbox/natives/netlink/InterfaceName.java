package dev.nullbox.natives.netlink;

/** Check of interface names before the kernel's own, whose message is an errno. */
final class InterfaceName {
    private static final int MAX_BYTES = Netlink.IFNAMSIZ - 1;

    private InterfaceName() {}

    /**
     * The name, as it is.
     *
     * @throws IllegalArgumentException when it is empty, too long, or has spaces, control bytes or a slash
     */
    static String checked(String name) {
        if (name.isEmpty()
                || name.length() > MAX_BYTES
                || !name.chars().allMatch(c -> c > ' ' && c < 127 && c != '/')) {
            throw new IllegalArgumentException("not an interface name of 1 to 15 printable characters: " + name);
        }
        return name;
    }
}
