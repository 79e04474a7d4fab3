package dev.nullbox.cage.store;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Results of imports. */
public final class Results {
    private Results() {}

    /** Of an image with these bytes, whose configuration has a command. */
    public static Message of(byte[] image, String... command) {
        return Message.of(
                ImportProtocol.KIND.is(ImportProtocol.SourceKind.OCI),
                ImportProtocol.DIGEST.is("sha256:" + "0".repeat(64)),
                ImportProtocol.LAYERS.is(List.of()),
                ImportProtocol.IMAGE_DIGEST.is("sha256:" + Sha256.hex(image)),
                ImportProtocol.IMAGE_BYTES.is((long) image.length),
                ImportProtocol.DEFAULTS.is(Message.of(ImportProtocol.COMMAND.is(List.of(command)))),
                ImportProtocol.FILES.is(1L),
                ImportProtocol.DIRECTORIES.is(1L),
                ImportProtocol.SYMLINKS.is(0L),
                ImportProtocol.HARD_LINKS.is(0L),
                ImportProtocol.FIFOS.is(0L),
                ImportProtocol.FILE_BYTES.is(1L),
                ImportProtocol.LEFT_OUT.is(0L),
                ImportProtocol.LEFT_OUT_PATHS.is(List.of()),
                ImportProtocol.LEFT_OUT_XATTRS.is(0L));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
