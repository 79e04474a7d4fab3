package dev.nullbox.archive.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.natives.Natives;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives as files: places as cp(1) has them, and hostile archives that lead nowhere. */
class UnpackerTest {
    private static final Unpacker.Rules RULES = new Unpacker.Rules(false, false, 1_000_000, 100);

    @TempDir
    private Path temporary = Path.of("");

    private Path destination = Path.of("");
    private final List<String> leftOut = new ArrayList<>();

    @BeforeEach
    void makeDestination() throws IOException {
        destination = Files.createDirectory(temporary.resolve("destination"));
        Files.writeString(temporary.resolve("outside"), "untouched");
    }

    private void place(byte[] archive, String target) throws IOException {
        new Unpacker(RULES, leftOut::add).place(new ByteArrayInputStream(archive), target);
    }

    private void place(byte[] archive) throws IOException {
        place(archive, destination.toString());
    }

    private static TarBuilder tree() {
        return new TarBuilder().directory("tree/").file("tree/file", "content");
    }

    @Test
    void aDirectoryThatIsThereGetsTheCopyUnderItsName() throws Exception {
        place(tree().end());
        assertThat(destination.resolve("tree/file")).hasContent("content");
        place(new TarBuilder().file("single", "one").end());
        assertThat(destination.resolve("single")).hasContent("one");
    }

    @Test
    void anyOtherPathIsTheCopysNewName() throws Exception {
        place(tree().end(), destination + "/new");
        assertThat(destination.resolve("new/file")).hasContent("content");
        place(new TarBuilder().file("single", "one").end(), destination + "/other");
        assertThat(destination.resolve("other")).hasContent("one");
        place(new TarBuilder().file("single", "two").end(), destination + "/other");
        assertThat(destination.resolve("other")).hasContent("two");
    }

    @Test
    void contentGoesIntoTheDirectoryItself() throws Exception {
        byte[] content =
                new TarBuilder().directory("./").file("./file", "content").end();
        place(content);
        place(content, destination + "/new");
        assertThat(destination.resolve("file")).hasContent("content");
        assertThat(destination.resolve("new/file")).hasContent("content");
    }

    @Test
    void placesThatCannotBeAreRefused() throws Exception {
        Files.writeString(destination.resolve("file"), "old");
        byte[] single = new TarBuilder().file("single", "one").end();
        assertThatThrownBy(() -> place(tree().end(), destination + "/file"))
                .hasMessageContaining("a directory is to take its place");
        assertThatThrownBy(() -> place(single, destination + "/none/")).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> place(single, destination + "/none/file"))
                .hasMessageContaining("no directory that it would be in");
        Files.createDirectory(destination.resolve("single"));
        assertThatThrownBy(() -> place(single)).hasMessageContaining("a directory is in its place");
        assertThat(destination.resolve("file")).hasContent("old");
    }

    static Stream<TarBuilder> hostile() {
        return Stream.of(
                new TarBuilder().file("/tmp/outside", "bad"),
                new TarBuilder().file("../outside", "bad"),
                new TarBuilder().directory("../"),
                tree().file("tree/../../outside", "bad"),
                tree().file("other/file", "bad"),
                tree().file("/outside", "bad"),
                tree().symlink("tree/up", "../..").file("tree/up/outside", "bad"),
                tree().symlink("tree/abs", "/tmp").directory("tree/abs/new/"),
                new TarBuilder().symlink("tree", "..").file("tree/outside", "bad"),
                tree().symlink("tree/abs", "/etc/passwd").link("tree/hard", "tree/abs"),
                tree().link("tree/hard", "../outside"),
                tree().link("tree/hard", "/etc/passwd"),
                tree().link("tree/hard", "tree/none"),
                tree().file("tree/file/below", "bad"),
                tree().pax(Map.of("path", "tree/a\0b")).file("x", "bad"),
                tree().pax(Map.of("linkpath", "a\0b")).symlink("tree/link", "x"),
                tree().pax(Map.of("GNU.sparse.size", "900000", "GNU.sparse.map", "0,3"))
                        .file("tree/sparse", "abc"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void nothingLeadsOut(TarBuilder archive) throws Exception {
        assertThatThrownBy(() -> place(archive.end())).isInstanceOf(ArchiveException.class);
        assertThat(temporary.resolve("outside")).hasContent("untouched");
        try (Stream<Path> beside = Files.list(temporary)) {
            assertThat(beside).hasSize(2);
        }
    }

    @Test
    void aLinkThatWasThereIsNotFollowed() throws Exception {
        Path target = Files.createDirectory(temporary.resolve("target"));
        Files.createDirectory(destination.resolve("tree"));
        Files.createSymbolicLink(destination.resolve("tree/sub"), target);
        Files.createSymbolicLink(destination.resolve("tree/file"), temporary.resolve("outside"));
        assertThatThrownBy(() -> place(tree().file("tree/sub/file", "bad").end()))
                .hasMessageContaining("leads through sub, which is a symbolic link");
        assertThat(target).isEmptyDirectory();
        // The file of the same archive took the link's own place.
        assertThat(destination.resolve("tree/file")).isRegularFile().hasContent("content");
        assertThat(Files.isSymbolicLink(destination.resolve("tree/file"))).isFalse();
        assertThat(temporary.resolve("outside")).hasContent("untouched");
    }

    @Test
    void devicesAreLeftOutAndSaid() throws Exception {
        place(tree().device("tree/null")
                .fifo("tree/pipe")
                .file("tree/last", "x")
                .end());
        assertThat(leftOut).containsExactly("tree/null", "tree/pipe");
        assertThat(destination.resolve("tree/last")).exists();
        assertThat(Files.exists(destination.resolve("tree/null"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void aBombIsBounded() {
        TarBuilder many = tree();
        for (int i = 0; i < 100; i++) {
            many.directory("tree/" + i + "/");
        }
        assertThatThrownBy(() -> place(many.end())).hasMessageContaining("more than 100 entries");
        assertThatThrownBy(() -> place(new TarBuilder()
                        .directory("t/")
                        .file("t/a", new byte[600_000])
                        .file("t/b", new byte[600_000])
                        .end()))
                .hasMessageContaining("more than 1000000 bytes");
        assertThatThrownBy(() -> place(tree().cut())).hasMessageContaining("it was cut");
    }

    @Test
    void modesStayAndSpecialBitsAreTheHostsToGive() throws Exception {
        byte[] archive = new TarBuilder()
                .add(TarBuilder.header("tree/", '5', 0).octal(100, 8, 07555), new byte[0])
                .add(TarBuilder.header("tree/tool", '0', 1).octal(100, 8, 06750), new byte[1])
                .end();
        place(archive);
        Path tool = destination.resolve("tree/tool");
        assertThat((int) Files.getAttribute(tool, "unix:mode") & 07777).isEqualTo(0750);
        assertThat(Files.getLastModifiedTime(tool).to(TimeUnit.SECONDS)).isEqualTo(1_000_000_000);
        Path tree = destination.resolve("tree");
        assertThat((int) Files.getAttribute(tree, "unix:mode") & 07777).isEqualTo(0555);
        new Unpacker(new Unpacker.Rules(false, true, 100, 100), leftOut::add)
                .place(new ByteArrayInputStream(archive), destination + "/guest");
        assertThat((int) Files.getAttribute(destination.resolve("guest/tool"), "unix:mode") & 07777)
                .isEqualTo(06750);
        for (String made : List.of("tree", "guest")) {
            Files.setPosixFilePermissions(destination.resolve(made), PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void anyArchiveIsUnpackedInADirectory() throws Exception {
        byte[] archive = new TarBuilder()
                .file("a", "1")
                .file("b/c", "2")
                .symlink("l", "nowhere")
                .end();
        new Unpacker(RULES, leftOut::add).unpack(new ByteArrayInputStream(archive), destination.toString());
        assertThat(destination.resolve("b/c")).hasContent("2");
        assertThat(Files.readSymbolicLink(destination.resolve("l"))).hasToString("nowhere");
        assertThatThrownBy(() -> new Unpacker(RULES, leftOut::add)
                        .unpack(new ByteArrayInputStream(archive), destination + "/none"))
                .isInstanceOf(NotDirectoryException.class);
    }

    private void bash(String script) throws Exception {
        Process bash = new ProcessBuilder("bash", "--norc", "-euc", script)
                .directory(temporary.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(said).isZero();
    }

    @Test
    void aTreeWithAnyNamesIsTheSameAfterwards() throws Exception {
        bash(
                "mkdir -p tree/sub; printf x >tree/$'a\\xff\\xfeb'; printf y >tree/$'\\xc3\\xa9'; ln -s $'to\\xff' tree/$'l\\xfe';"
                        + " ln -s $'/\\xff' tree/abs; ln -s $'../\\xff/x' tree/up; printf z >tree/" + "n".repeat(200)
                        + "; ln tree/$'\\xc3\\xa9' tree/sub/hard; printf w >tree/$'line\\nend'; chmod 640 tree/sub/hard;"
                        + " mkdir tree/$'d\\xff'; touch tree/$'d\\xff'/in");
        try (InputStream tar = DirectoryTar.named(
                Natives.libc(), temporary.resolve("tree").toString(), Set.of(), left -> leftOut.add(left.toString()))) {
            new Unpacker(RULES, leftOut::add).place(tar, destination.toString());
        }
        assertThat(leftOut).isEmpty();
        bash("diff -r --no-dereference tree destination/tree; cd destination/tree; test sub/hard -ef $'\\xc3\\xa9';"
                + " test $(stat -c %a sub/hard) = 640");
    }

    @Test
    void namesOfCopiesStandForWhatCpTakesThemFor() throws Exception {
        bash("mkdir -p tree/sub proc; ln -s tree link; echo x >proc/no");
        assertThat(first("tree")).isEqualTo("tree/");
        assertThat(first("tree/")).isEqualTo("tree/");
        assertThat(first("tree/.")).isEqualTo("./");
        assertThat(first("link")).isEqualTo("link");
        assertThat(first("link/")).isEqualTo("link/");
        assertThatThrownBy(() -> first("proc/no/")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> first("none")).isInstanceOf(IOException.class);
        List<Path> omitted = new ArrayList<>();
        try (InputStream tar = DirectoryTar.named(
                Natives.libc(), temporary + "/.", Set.of(temporary.toRealPath().resolve("proc")), omitted::add)) {
            assertThat(new String(tar.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("proc/no")
                    .contains("./tree/sub/");
        }
        assertThat(omitted).containsExactly(temporary.toRealPath().resolve("proc"));
    }

    private String first(String name) throws IOException {
        try (InputStream tar =
                DirectoryTar.named(Natives.libc(), temporary + "/" + name, Set.of(), left -> leftOut.add("" + left))) {
            byte[] block = tar.readNBytes(100);
            return new String(block, StandardCharsets.ISO_8859_1).replace("\0", "");
        }
    }
}
