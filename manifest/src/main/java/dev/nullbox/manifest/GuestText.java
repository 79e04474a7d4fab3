package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;

/** Text that a guest can be told: its kernel command line carries it, so printable ASCII without double quotes. */
public final class GuestText {
    /** So many bytes of the guest's 2,048 are left to the manifest. Source: COMMAND_LINE_SIZE of x86 Linux. */
    public static final int MAX_TOTAL = 1_280;

    /** Bytes that a word takes beside its own: two quotes and a space. */
    public static final int OVERHEAD = 3;

    private GuestText() {}

    /**
     * The text, checked.
     *
     * @throws InvalidValueException when no guest can be told it
     */
    static String checked(String text) {
        if (!Text.isPrintableAscii(text) || text.indexOf('"') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " cannot be passed to a guest",
                    "use printable ASCII characters other than the double quote");
        }
        return text;
    }
}
