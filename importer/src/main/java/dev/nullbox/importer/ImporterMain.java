package dev.nullbox.importer;

import com.google.gson.JsonObject;
import dev.nullbox.archive.ArchiveException;
import dev.nullbox.importer.jail.FirstStage;
import dev.nullbox.importer.jail.ImportPolicy;
import dev.nullbox.importer.jail.SandboxCheck;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The program {@code importer}: without arguments the first stage, which cage starts and which enters the sandbox;
 * {@code work} the second, which imports one archive.
 */
public final class ImporterMain {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 64;
    private static final int CONFIG = 65;
    private static final int JAIL = 69;
    private static final int SANDBOX = 70;

    private final Libc libc;
    private final PrintStream out;

    private ImporterMain(Libc libc, PrintStream out) {
        this.libc = libc;
        this.out = out;
    }

    /** Ends with 0 for an image, 1 for a refused archive, and a code of cage's stages for a fault of the appliance. */
    public static void main(String[] args) {
        ImporterMain importer = new ImporterMain(Natives.libc(), System.out);
        if (args.length == 0) {
            System.exit(importer.enterJail(System.in));
        } else if (Arrays.equals(args, new String[] {FirstStage.SECOND_STAGE})) {
            System.exit(importer.work(System.in));
        } else {
            System.err.println("importer: takes no argument, or work, not " + Arrays.toString(args));
            System.exit(USAGE);
        }
    }

    private int enterJail(InputStream in) {
        try {
            FirstStage.enter(libc, parse(ImportProtocol.REQUEST, line(in)));
            return JAIL;
        } catch (RpcException e) {
            return warn(CONFIG, "the request on standard input is none: " + e.getMessage());
        } catch (IOException e) {
            return warn(JAIL, "a part of the sandbox could not be put in force: " + e.getMessage());
        }
    }

    private int work(InputStream in) {
        try {
            Message request = parse(SandboxCheck.FIELDS, in.readAllBytes());
            List<String> missing = SandboxCheck.missing(libc, request);
            if (!missing.isEmpty()) {
                missing.forEach(wall -> warn(SANDBOX, "a part of the sandbox is missing: " + wall));
                return SANDBOX;
            }
            return make(request);
        } catch (RpcException e) {
            return warn(CONFIG, "the request of the first stage is none: " + e.getMessage());
        } catch (IOException e) {
            return warn(SANDBOX, String.valueOf(e.getMessage()));
        }
    }

    private int make(Message request) throws IOException {
        ImportRun run = new ImportRun(request, new Progress(this::print, System::nanoTime));
        try {
            MkfsErofs mkfs = MkfsErofs.start(
                    libc, request.get(ImportProtocol.MKFS), run.image(), Path.of(request.get(ImportProtocol.WORK)));
            // The library is loaded by now, which needs the calls that are given up here.
            Natives.zstd().close();
            ImportPolicy.giveUpStarts(libc);
            print(Message.of(ImportProtocol.RESULT.is(run.run(mkfs))));
            return DONE;
        } catch (ArchiveException e) {
            return refuse(e.reason(), e.text());
        } catch (IOException e) {
            warn(REFUSED, String.valueOf(e));
            return refuse(ImportReason.IMPORT_FAILED, "the import failed: " + e.getMessage());
        } catch (OutOfMemoryError e) {
            return refuse(ImportReason.IMPORT_LIMIT, "its names and attributes need more memory than the importer has");
        }
    }

    private int refuse(ImportReason reason, String text) {
        print(Message.of(ImportProtocol.ERROR.is(
                Message.of(ImportProtocol.REASON.is(reason), ImportProtocol.MESSAGE.is(text)))));
        return REFUSED;
    }

    private void print(Message line) {
        out.println(Json.write(Codec.encode(line)));
        out.flush();
    }

    /** Reads one line of at most the longest request; the rest of standard input is not read. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() == ImportProtocol.MAX_REQUEST_BYTES) {
                throw new IOException(
                        "no line of at most " + ImportProtocol.MAX_REQUEST_BYTES + " bytes on standard input");
            }
            line.write(next);
        }
        return line.toByteArray();
    }

    private static Message parse(FieldType.Struct type, byte[] utf8) throws RpcException {
        if (Json.parse(utf8) instanceof JsonObject object) {
            return Codec.decodeRequest(type.fields(), object);
        }
        throw new RpcException(CallReason.NOT_AN_OBJECT, "not a JSON object");
    }

    private static int warn(int exit, String what) {
        System.err.println("importer: " + what + " (exit " + exit + ")");
        return exit;
    }
}
