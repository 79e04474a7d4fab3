package dev.nullbox.importer;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Imports in a directory of a test's own, without a sandbox. */
public final class Imports {
    private final Path directory;
    private final List<Message> progress = new ArrayList<>();
    private Message more = Message.of();
    private int count;

    public Imports(Path directory) {
        this.directory = directory;
    }

    /** Further fields of all requests to come. */
    Imports with(Message fields) {
        more = fields;
        return this;
    }

    /** Image and result of an import. */
    public record Imported(Path image, Message result) {}

    public Imported of(byte[] archive) throws IOException, InterruptedException {
        return of(Files.write(directory.resolve("archive" + ++count), archive));
    }

    public Imported of(Path archive) throws IOException, InterruptedException {
        Path work = Files.createDirectory(directory.resolve("work" + ++count));
        Message request = Message.of(
                        ImportProtocol.SOURCE.is(archive.toString()),
                        ImportProtocol.WORK.is(work.toString()),
                        ImportProtocol.LIMIT_SECONDS.is(600L))
                .and(more);
        ImportRun run = new ImportRun(request, new Progress(progress::add, System::nanoTime));
        try {
            Message result = run.run(MkfsErofs.start(Natives.libc(), ErofsTools.mkfs(), run.image(), work));
            return new Imported(run.image(), result);
        } catch (ArchiveException e) {
            try (Stream<Path> left = Files.list(work)) {
                List<Path> all = left.toList();
                if (!all.isEmpty()) {
                    throw new AssertionError("left behind: " + all, e);
                }
            }
            throw e;
        }
    }

    List<Message> progress() {
        return progress;
    }
}
