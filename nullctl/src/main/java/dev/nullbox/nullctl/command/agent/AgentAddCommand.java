package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonElement;
import dev.nullbox.natives.Natives;
import dev.nullbox.nullctl.archive.ArchiveSource;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.Upload;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.ByteSource;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.TransferProgress;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import dev.nullbox.service.TerminalText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl agent add}: an agent, or a new version of one, from an image and an AGENT.toml. */
@Command(
        name = "add",
        description = {
            "Adds an agent, or a new version of one.",
            "SOURCE is a directory (a root, or an OCI image layout), an archive (a root, an OCI image layout or what"
                    + " docker save made, as tar, gzip or zstd), or - for standard input. Without SOURCE the agent keeps its"
                    + " image; without --manifest its AGENT.toml, or all is left to the image. AGENT.toml is checked before"
                    + " anything is sent. A version that may more than the current one is refused, unless --accept-growth"
                    + " names that growth."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl agent add coder --manifest AGENT.toml image.tar",
            "  nullctl agent add coder rootfs/",
            "  docker save coder:3 | nullctl agent add coder -",
            "  nullctl agent add coder --manifest AGENT.toml",
            "  skopeo copy docker://python:3.12 oci-archive:python.tar &&",
            "    nullctl agent add py --manifest py.toml python.tar"
        })
final class AgentAddCommand extends BaseCommand {
    private static final long WAIT_MILLIS = 1_000;

    @Parameters(index = "0", paramLabel = "NAME", description = "The agent's name.")
    private AgentName name = new AgentName("none");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SOURCE",
            description = "Its image: a directory, an archive, or - for standard input.")
    private Optional<String> source = Optional.empty();

    @Option(names = "--manifest", paramLabel = "AGENT.toml", description = "What it is and may do.")
    private Optional<Path> manifest = Optional.empty();

    @Option(names = "--image", paramLabel = "IMAGE", description = "The one that is meant, where SOURCE has several.")
    private Optional<String> image = Optional.empty();

    @Mixin
    private GrowthOption growth = new GrowthOption();

    @Mixin
    private JsonOption json = new JsonOption();

    private volatile boolean isInterrupted;
    private boolean isKnown;

    @Override
    protected void execute() throws Exception {
        if (source.isEmpty() && manifest.isEmpty()) {
            throw new UsageException(
                    "there is neither SOURCE nor --manifest: name the agent's image, its AGENT.toml, or both");
        }
        if (source.isEmpty() && image.isPresent()) {
            throw new UsageException("--image names one of SOURCE's images, and there is no SOURCE");
        }
        Optional<ManifestFile> file = Optional.empty();
        if (manifest.isPresent()) {
            file = Optional.of(ManifestFile.read(manifest.get()));
            file.get().checkFor(name);
        }
        JsonElement answer;
        try (TransferProgress progress = TransferProgress.of(streams())) {
            answer = follow(begin(file, progress), progress);
        }
        if (!json.print(out(), answer.getAsJsonObject().get(DeployContract.DONE.name()))) {
            print(ApplianceClient.decode(DeployContract.PROGRESS, answer).get(DeployContract.DONE));
        }
    }

    /** Sends archive and manifest; returns the import's id. */
    private String begin(Optional<ManifestFile> file, TransferProgress progress) throws Exception {
        Message params = Message.of(Fields.AGENT.is(name.value()))
                .and(DeployContract.IMAGE, image)
                .and(DeployContract.ACCEPT_GROWTH, growth.hash());
        if (source.isEmpty()) {
            return add(params, file);
        }
        Optional<String> known = knownDigest(progress);
        if (known.isPresent()) {
            isKnown = true;
            return add(params.and(TransferContract.SHA256.is(known.get())), file);
        }
        Upload upload = new Upload(session()::connect, DeployContract.TRANSFER);
        Thread interrupt = new Thread(() -> {
            isInterrupted = true;
            abandon(upload);
        });
        Runtime.getRuntime().addShutdownHook(interrupt);
        try (upload;
                ByteSource archive = ArchiveSource.open(source.get(), name.value(), Natives.libc(), streams())) {
            Message sent = upload.send(archive, bytes -> progress.update("upload", bytes, archive.expected()));
            String id = add(params.and(sent), file);
            upload.taken();
            return id;
        } catch (RpcException e) {
            if (isInterrupted) {
                // The other thread has ended the transfer meanwhile.
                throw new UsageException("interrupted: the upload was abandoned");
            }
            throw e;
        } finally {
            if (!isInterrupted) {
                abandon(upload);
                Runtime.getRuntime().removeShutdownHook(interrupt);
            }
        }
    }

    /** SHA-256 of the source when it is a file of which the appliance has the image already. */
    private Optional<String> knownDigest(TransferProgress progress) throws Exception {
        Path place = Path.of(source.orElseThrow());
        if (!Files.isRegularFile(place)) {
            return Optional.empty();
        }
        MessageDigest digest = Sha256.digest();
        try (ByteSource file = LocalFile.open(place)) {
            long bytes = 0;
            for (byte[] piece = file.read(TransferContract.CHUNK_BYTES);
                    piece.length > 0;
                    piece = file.read(TransferContract.CHUNK_BYTES)) {
                digest.update(piece);
                bytes += piece.length;
                progress.update("SHA-256", bytes, file.expected());
            }
        }
        String sha256 = Sha256.hex(digest);
        boolean hasImage = call(
                        DeployContract.HAS_ARCHIVE,
                        Message.of(TransferContract.SHA256.is(sha256)).and(DeployContract.IMAGE, image))
                .get(DeployContract.HAS_IMAGE);
        return Optional.of(sha256).filter(_ -> hasImage);
    }

    /** Abandons the upload, at Ctrl-C and after a failure. */
    private void abandon(Upload upload) {
        try {
            upload.abandon();
        } catch (RpcException | CannotConnectException e) {
            // It ends by itself, ten minutes after its last chunk.
            streams().err().println(TerminalText.line("nullctl: the upload was not abandoned: " + e.getMessage()));
        }
    }

    /** Adds the agent. The manifest is sent last: a transfer without a call for ten minutes ends. */
    private String add(Message params, Optional<ManifestFile> file) throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            Message all = params;
            if (file.isPresent()) {
                all = all.and(file.get().send(appliance));
            }
            return appliance.call(DeployContract.ADD, all).get(DeployContract.IMPORT);
        }
    }

    /** Waits for the import's end; the answer with the result, as received. */
    private JsonElement follow(String id, TransferProgress progress) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session().connect()) {
            while (true) {
                JsonElement answer = appliance.ask(
                        DeployContract.PROGRESS,
                        Message.of(DeployContract.IMPORT.is(id), DeployContract.IMPORT_WAIT.is(WAIT_MILLIS)));
                Message step = ApplianceClient.decode(DeployContract.PROGRESS, answer);
                if (step.has(DeployContract.DONE)) {
                    return answer;
                }
                progress.update("import", step.get(DeployContract.READ), total(step));
            }
        }
    }

    private static OptionalLong total(Message step) {
        long total = step.get(DeployContract.TOTAL);
        return total > 0 ? OptionalLong.of(total) : OptionalLong.empty();
    }

    private void print(Message done) {
        Message result = done.get(ImportProtocol.RESULT);
        long version = done.get(DeployContract.VERSION);
        line(name + " version " + version + ", image " + done.get(DeployContract.DIGEST));
        line("  " + result.get(ImportProtocol.FILES) + " files, " + result.get(ImportProtocol.DIRECTORIES)
                + " directories, " + result.get(ImportProtocol.SYMLINKS) + " symbolic links, "
                + result.get(ImportProtocol.HARD_LINKS) + " hard links, "
                + CellFormat.bytes(result.get(ImportProtocol.FILE_BYTES)) + "; as an image "
                + CellFormat.bytes(result.get(ImportProtocol.IMAGE_BYTES)));
        if (isKnown) {
            line("  this archive was added before: nothing was sent or imported");
        } else if (done.get(DeployContract.WAS_THERE)) {
            line("  the appliance had this image already");
        }
        printLeftOut(result, done.get(DeployContract.LEFT_OUT_ENV));
        if (done.get(DeployContract.RUNS)) {
            line("  a former version runs still; to run this one: nullctl restart " + name);
        }
    }

    private void printLeftOut(Message result, List<String> variables) {
        long devices = result.get(ImportProtocol.LEFT_OUT);
        if (devices > 0) {
            List<String> paths = result.get(ImportProtocol.LEFT_OUT_PATHS);
            line("  left out: " + devices + " device nodes: " + String.join(", ", paths)
                    + (devices > paths.size() ? ", ..." : ""));
        }
        long xattrs = result.get(ImportProtocol.LEFT_OUT_XATTRS);
        if (xattrs > 0) {
            line("  left out: " + xattrs + " extended attributes that no file of a guest has");
        }
        if (!variables.isEmpty()) {
            line("  left out: variables named as secrets: " + String.join(", ", variables)
                    + "; put them into the vault, and name them in credential_refs");
        }
    }

    private void line(String text) {
        out().println(TerminalText.line(text));
    }
}
