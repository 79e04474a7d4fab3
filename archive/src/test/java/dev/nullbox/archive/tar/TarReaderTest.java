package dev.nullbox.archive.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tar archives of GNU tar and of Python's tarfile, and malformed ones by hand. */
class TarReaderTest {
    @TempDir
    Path directory;

    private static byte[] run(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    private static List<TarEntry> entries(byte[] tar) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            entries.add(entry.get());
        }
        return entries;
    }

    private static byte[] content(byte[] tar, String path) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            if (entry.get().path().equals(path)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                reader.copyTo(out);
                assertThat(entry.get().size()).isEqualTo(out.size());
                return out.toByteArray();
            }
        }
        throw new AssertionError(path + " is not there");
    }

    private static void refused(byte[] tar, ImportReason reason, String words) {
        assertThatThrownBy(() -> entries(tar)).isInstanceOfSatisfying(ArchiveException.class, e -> {
            assertThat(e.text()).contains(words);
            assertThat(e.reason()).isEqualTo(reason);
        });
    }

    /** Each of GNU tar's ways to store a file with holes. */
    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix 0.0", "posix 0.1", "posix 1.0"})
    void sparseFilesOfGnuTarAreWhole(String form) throws Exception {
        byte[] expected = new byte[3 << 20];
        Random random = new Random(7);
        try (var file = new java.io.RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            file.setLength(expected.length);
            for (int i = 0; i < 60; i++) {
                byte[] piece = new byte[4096];
                random.nextBytes(piece);
                int at = random.nextInt(expected.length / 4096) * 4096;
                file.seek(at);
                file.write(piece);
                System.arraycopy(piece, 0, expected, at, piece.length);
            }
        }
        Files.writeString(directory.resolve("after"), "after");
        List<String> command = new ArrayList<>(List.of("tar", "-c", "-S", "--hole-detection=raw"));
        String[] words = form.split(" ", -1);
        command.add("--format=" + words[0]);
        if (words.length > 1) {
            command.add("--sparse-version=" + words[1]);
        }
        command.addAll(List.of("sparse", "after"));
        byte[] tar = run(directory, command.toArray(String[]::new));
        assertThat(tar.length).isLessThan(expected.length);
        assertThat(content(tar, "sparse")).isEqualTo(expected);
        assertThat(content(tar, "after")).asString().isEqualTo("after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix", "ustar", "v7"})
    void formsOfGnuTarAreRead(String form) throws Exception {
        Files.writeString(directory.resolve("file"), "content");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
        Files.createLink(directory.resolve("hard"), directory.resolve("file"));
        Files.createDirectory(directory.resolve("dir"));
        byte[] tar = run(
                directory,
                "tar",
                "-c",
                "--format=" + form,
                "--owner=7",
                "--group=8",
                "--mtime=@1000000000.5",
                "file",
                "hard",
                "link",
                "dir");
        List<TarEntry> entries = entries(tar);
        assertThat(entries)
                .extracting(TarEntry::path, TarEntry::kind, TarEntry::target)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("file", TarEntry.Kind.FILE, ""),
                        org.assertj.core.groups.Tuple.tuple("hard", TarEntry.Kind.HARD_LINK, "file"),
                        org.assertj.core.groups.Tuple.tuple("link", TarEntry.Kind.SYMLINK, "file"),
                        org.assertj.core.groups.Tuple.tuple("dir/", TarEntry.Kind.DIRECTORY, ""));
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.uid()).isEqualTo(7);
            assertThat(entry.gid()).isEqualTo(8);
            assertThat(entry.seconds()).isEqualTo(1_000_000_000);
            assertThat(entry.nanos()).isEqualTo(form.equals("posix") ? 500_000_000 : 0);
        });
        assertThat(content(tar, "file")).asString().isEqualTo("content");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix"})
    void longNamesAndLinksAreRead(String form) throws Exception {
        String deep = ("d".repeat(100) + "/").repeat(3) + "f".repeat(200);
        Files.createDirectories(directory.resolve(deep).getParent());
        Files.writeString(directory.resolve(deep), "deep");
        Files.createSymbolicLink(directory.resolve("s"), Path.of(deep));
        byte[] tar = run(directory, "tar", "-c", "--format=" + form, deep, "s");
        assertThat(entries(tar).getFirst().path()).isEqualTo(deep);
        assertThat(entries(tar).getLast().target()).isEqualTo(deep);
    }

    @Test
    void ustarPrefixIsPartOfTheName() throws Exception {
        byte[] tar = new TarBuilder()
                .add(TarBuilder.header("name", '0', 0).put(345, "a/prefix"), new byte[0])
                .end();
        assertThat(entries(tar).getFirst().path()).isEqualTo("a/prefix/name");
    }

    @Test
    void pythonsArchivesAreRead() throws Exception {
        String script = """
                import io, sys, tarfile
                for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
                    out = io.BytesIO()
                    with tarfile.open(fileobj=out, mode='w', format=form) as tar:
                        info = tarfile.TarInfo('n\\u00e4me/' + 'x' * 120)
                        info.size, info.uid, info.gid, info.mtime, info.mode = 3, 2**31, 2**22, -5, 0o4755
                        tar.addfile(info, io.BytesIO(b'abc'))
                    sys.stdout.buffer.write(len(out.getvalue()).to_bytes(4, 'big') + out.getvalue())
                """;
        byte[] both = run(directory, "python3", "-c", script);
        int first = java.nio.ByteBuffer.wrap(both).getInt();
        byte[] gnu = Arrays.copyOfRange(both, 4, 4 + first);
        byte[] pax = Arrays.copyOfRange(both, 8 + first, both.length);
        String name = new String(
                ("n\u00e4me/" + "x".repeat(120)).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        for (byte[] tar : List.of(gnu, pax)) {
            TarEntry entry = entries(tar).getFirst();
            assertThat(entry.path()).isEqualTo(name);
            assertThat(Integer.toUnsignedLong(entry.uid())).isEqualTo(1L << 31);
            assertThat(entry.gid()).isEqualTo(1 << 22);
            assertThat(entry.seconds()).isEqualTo(-5);
            assertThat(entry.mode()).isEqualTo(04755);
            assertThat(content(tar, name)).asString().isEqualTo("abc");
        }
    }

    @Test
    void paxBytesAreNotChanged() throws Exception {
        byte[] tar = new TarBuilder()
                .pax(new TreeMap<>(Map.of(
                        "SCHILY.xattr.user.a=b", "never a key with an equals sign",
                        "SCHILY.xattr.security.capability", "\1\0\0\2\n=\u00ff\0",
                        "path", "\u00ff/\n",
                        "comment", "unknown")))
                .file("x", "y")
                .file("next", "")
                .end();
        List<TarEntry> entries = entries(tar);
        assertThat(entries.getFirst().path()).isEqualTo("\u00ff/\n");
        assertThat(entries.getFirst().xattrs().get("security.capability"))
                .isEqualTo(new byte[] {1, 0, 0, 2, '\n', '=', (byte) 0xff, 0});
        assertThat(entries.getLast().path()).isEqualTo("next");
        assertThat(entries.getLast().xattrs()).isEmpty();
    }

    @Test
    void writersEntriesComeBack() throws Exception {
        TreeMap<String, byte[]> xattrs = new TreeMap<>(Map.of("user.a", new byte[] {0, '\n', (byte) 200}));
        List<TarEntry> all = new ArrayList<>();
        for (int length : new int[] {1, 98, 99, 100, 101, 4000}) {
            all.add(new TarEntry(
                    "p".repeat(length), TarEntry.Kind.SYMLINK, 0777, 1, 2, 3, 4, 0, "t".repeat(length), xattrs));
        }
        all.add(new TarEntry(
                "f", TarEntry.Kind.FILE, 07777, -2, 1 << 30, -7, 999_999_999, 0, "", Collections.emptySortedMap()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry entry : all) {
            writer.begin(entry);
        }
        writer.finish();
        List<TarEntry> back = entries(out.toByteArray());
        assertThat(back).usingRecursiveComparison().isEqualTo(all);
        assertThat(run(Files.createDirectory(directory.resolve("x")), "tar", "--version"))
                .isNotEmpty();
    }

    @Test
    void gnuTarListsTheWritersArchive() throws Exception {
        Path archive = directory.resolve("w.tar");
        try (var out = Files.newOutputStream(archive)) {
            TarWriter writer = new TarWriter(out);
            writer.begin(TarEntry.implicitDirectory().withPath("./"));
            writer.begin(new TarEntry(
                    "l".repeat(300),
                    TarEntry.Kind.FILE,
                    0640,
                    1_000_000_000,
                    5,
                    1_700_000_000,
                    0,
                    5,
                    "",
                    Collections.emptySortedMap()));
            out.write("hello".getBytes(StandardCharsets.US_ASCII));
            writer.begin(TarEntry.implicitDirectory().hardLink("h", "l".repeat(300)));
            writer.finish();
        }
        String listed = new String(
                run(directory, "tar", "-t", "-v", "--numeric-owner", "--utc", "-f", "w.tar"), StandardCharsets.UTF_8);
        assertThat(listed).contains("drwxr-xr-x 0/0", "-rw-r----- 1000000000/5", "h link to lll");
    }

    @Test
    void malformedHeadersAreRefused() {
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("x", 'Q', 0), new byte[0])
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "entry x is of type 'Q'");
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("x", '0', 0).put(124, "abc"), new byte[0])
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "size is \"abc");
        byte[] negative = {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("x", '0', 0).put(124, negative), new byte[0])
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "size is -1");
        byte[] huge = {(byte) 0x80, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("x", '0', 0).put(124, huge), new byte[0])
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "more than 63 bits");
        byte[] wrongSum = new TarBuilder().file("x", "y").end();
        wrongSum[0] = 'z';
        refused(wrongSum, ImportReason.IMPORT_FORMAT, "check sum is wrong");
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("x", 'S', 0), new byte[0])
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "not GNU tar's");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x path=a\n",
                "99 path=a\n",
                "5 a=\n\n",
                "7 path\n",
                "3 \n",
                "999999999999999999999 a=b\n",
                "8 =abcd\n"
            })
    void malformedPaxRecordsAreRefused(String records) {
        byte[] bytes = records.getBytes(StandardCharsets.US_ASCII);
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("h", 'x', bytes.length), bytes)
                        .file("x", "")
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "a pax header is malformed");
    }

    @Test
    void malformedPaxValuesAreRefused() {
        refused(
                new TarBuilder().pax(Map.of("size", "-5")).file("x", "").end(),
                ImportReason.IMPORT_FORMAT,
                "size is -5");
        refused(
                new TarBuilder().pax(Map.of("uid", "4294967296")).file("x", "").end(),
                ImportReason.IMPORT_FORMAT,
                "uid");
        refused(new TarBuilder().pax(Map.of("mtime", "1.x")).file("x", "").end(), ImportReason.IMPORT_FORMAT, "mtime");
        refused(
                new TarBuilder()
                        .pax(Map.of("SCHILY.xattr.user.a", "v".repeat(70_000)))
                        .file("x", "")
                        .end(),
                ImportReason.IMPORT_LIMIT,
                "has 70000 bytes");
        refused(
                new TarBuilder()
                        .add(TarBuilder.header("L", 'L', 20_000), new byte[20_000])
                        .file("x", "")
                        .end(),
                ImportReason.IMPORT_LIMIT,
                "a long name has 20000 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,4,2,4", "0,9", "8,4", "0,2,1", "4,2,0,2", "0,3"})
    void malformedSparseMapsAreRefused(String map) {
        refused(
                new TarBuilder()
                        .pax(Map.of("GNU.sparse.size", "8", "GNU.sparse.map", map))
                        .file("x", "1234")
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "a sparse file's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1\n0\n", "2\n0\n4\n", "x\n", "\n", "600000\n", "1\n0\n5\n"})
    void malformedSparseMapsInContentAreRefused(String map) {
        byte[] content = Arrays.copyOf(map.getBytes(StandardCharsets.US_ASCII), 512);
        refused(
                new TarBuilder()
                        .pax(Map.of("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "9"))
                        .file("x", content)
                        .end(),
                ImportReason.IMPORT_FORMAT,
                "a sparse file");
    }

    @Test
    void bytesAfterTheEndMarkAreNotRead() throws Exception {
        byte[] tar = new TarBuilder()
                .file("a", "")
                .bytes(new byte[1024])
                .file("b", "")
                .end();
        assertThat(entries(tar)).extracting(TarEntry::path).containsExactly("a");
    }

    @Test
    void globalHeadersAreNotObeyed() throws Exception {
        byte[] records = "12 path=evil\n".getBytes(StandardCharsets.US_ASCII);
        byte[] tar = new TarBuilder()
                .add(TarBuilder.header("g", 'g', records.length), records)
                .file("a", "")
                .end();
        assertThat(entries(tar)).extracting(TarEntry::path).containsExactly("a");
    }
}
