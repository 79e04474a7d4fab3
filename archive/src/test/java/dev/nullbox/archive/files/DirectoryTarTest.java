package dev.nullbox.archive.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nullbox.natives.Natives;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tar archives of directories, read back by GNU tar. */
class DirectoryTarTest {
    @TempDir
    private Path temporary = Path.of("");

    private Path root = Path.of("");
    private Path archive = Path.of("");
    private final List<Path> leftOut = new ArrayList<>();

    @BeforeEach
    void makeRoot() throws Exception {
        root = Files.createDirectory(temporary.resolve("root"));
        archive = temporary.resolve("archive.tar");
    }

    private DirectoryTar tar() throws IOException {
        return DirectoryTar.of(Natives.libc(), root, leftOut::add);
    }

    private void write() throws IOException {
        try (InputStream tar = tar()) {
            Files.copy(tar, archive);
        }
    }

    private String bash(String script) throws Exception {
        Process bash = new ProcessBuilder("bash", "--norc", "-euc", script)
                .directory(temporary.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(said).isZero();
        return said;
    }

    private void makeTree() throws Exception {
        Files.createDirectories(root.resolve("usr/bin"));
        Path program = Files.writeString(root.resolve("usr/bin/tool"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setLastModifiedTime(program, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        Files.createLink(root.resolve("usr/bin/again"), program);
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Files.write(root.resolve("block"), new byte[512]);
        Files.write(root.resolve("more"), new byte[513]);
        Files.createDirectory(root.resolve("empty"));
        Path deep = root.resolve("d".repeat(90));
        Files.createDirectory(deep);
        Files.writeString(deep.resolve("f".repeat(200)), "long");
        Files.createSymbolicLink(root.resolve("long"), Path.of("t".repeat(180)));
        bash("cd root; mkfifo pipe; chmod 1777 empty; chmod u+s usr/bin/tool; printf x > $'a\\xff\\xfeb';"
                + " printf y > $'\\xc3\\xa9'; ln -s $'to\\xff' $'link\\xfe'; ln -s $'/\\xff' absolute; ln -s /tmp/ slash; ln -s $'\\xc3\\xa9/' text;"
                + " printf z > $'" + "n".repeat(120) + "\\xff'; printf w > $'line\\nend'");
    }

    @Test
    void gnuTarListsTheSameAsOfItsOwnArchive() throws Exception {
        makeTree();
        write();
        String list = " --numeric-owner --quoting-style=escape -tvf ";
        String ours = bash("tar" + list + "archive.tar");
        assertThat(ours).isEqualTo(bash("tar --sort=name -C root -c . | tar" + list + "-"));
        assertThat(ours)
                .contains(
                        "./usr/bin/again\n",
                        "link to ./usr/bin/again",
                        "slash -> /tmp/\n",
                        "text -> \u00c3\u00a9/\n",
                        "prw-",
                        "drwxrwxrwt")
                .contains("-rwsr-xr-x", "2001-02-03", "a\\377\\376b", "link\\376 -> to\\377", "absolute -> /\\377");
    }

    @Test
    void extractedTreeEqualsTheOriginal() throws Exception {
        makeTree();
        write();
        bash("mkdir out; tar -C out -xpf archive.tar; test -p out/pipe; rm root/pipe out/pipe;"
                + " diff -r --no-dereference root out");
        assertThat(bash("cd out; find . -name $'*\\xff*' -printf '%f\\n' | LC_ALL=C sort | head -c 3"))
                .startsWith("a\u00ff");
        assertThat(bash("stat -c %i out/usr/bin/tool; stat -c %i out/usr/bin/again")
                        .lines()
                        .distinct())
                .hasSize(1);
    }

    @Test
    void theSameDirectoryIsTheSameBytes() throws Exception {
        makeTree();
        write();
        try (InputStream again = tar()) {
            assertThat(again).hasSameContentAs(Files.newInputStream(archive));
        }
    }

    @Test
    void extendedAttributesAreKept() throws Exception {
        Path file = Files.writeString(root.resolve("file"), "x");
        try {
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                    .write("nullbox", ByteBuffer.wrap(new byte[] {'a', 0, '\n', (byte) 0xff}));
        } catch (FileSystemException e) {
            assumeTrue(false, "not run: the file system of " + temporary + " has no attributes of users");
        }
        write();
        assertThat(bash("tar --xattrs -tvvf archive.tar")).contains("x: 4 user.nullbox");
        bash("mkdir out; tar --xattrs -C out -xf archive.tar");
        ByteBuffer value = ByteBuffer.allocate(8);
        Files.getFileAttributeView(temporary.resolve("out/file"), UserDefinedFileAttributeView.class)
                .read("nullbox", value);
        assertThat(value.flip().remaining()).isEqualTo(4);
    }

    @Test
    void capabilitiesOfFilesAreKept() throws Exception {
        Files.writeString(root.resolve("ping"), "x");
        Process setcap = new ProcessBuilder(
                        "sh", "-c", "PATH=$PATH:/sbin:/usr/sbin setcap cap_net_raw+ep " + root + "/ping")
                .redirectErrorStream(true)
                .start();
        assertThat(setcap.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assumeTrue(setcap.exitValue() == 0, "not run: setcap needs root and libcap2-bin");
        write();
        assertThat(bash("tar --xattrs --xattrs-include='*' -tvvf archive.tar")).contains("20 security.capability");
    }

    @Test
    void aLargeFileIsNeverHeldInMemory() throws Exception {
        long size = 3L << 30;
        try (RandomAccessFile sparse =
                new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
            sparse.setLength(size);
        }
        long bytes = 0;
        byte[] piece = new byte[1 << 20];
        try (InputStream tar = tar()) {
            int count = tar.read(piece);
            while (count > 0) {
                bytes += count;
                count = tar.read(piece);
            }
        }
        assertThat(bytes).isEqualTo(size + 4 * 512).isEqualTo(DirectoryTar.estimate(root));
    }

    @Test
    void manyFilesAreListedInTheOrderOfTheirBytes() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            Files.writeString(root.resolve("f" + i), "");
        }
        Files.createDirectory(root.resolve("f1-"));
        Files.writeString(root.resolve("f1-/x"), "");
        write();
        List<String> names = bash("tar -tf archive.tar").lines().toList();
        List<String> sorted = Stream.of(names)
                .flatMap(List::stream)
                .map(name -> name.replace('/', '\1'))
                .sorted()
                .map(name -> name.replace('\1', '/'))
                .toList();
        assertThat(names).hasSize(3_003).isEqualTo(sorted);
        assertThat(DirectoryTar.estimate(root)).isEqualTo(Files.size(archive));
    }

    @Test
    void aSocketIsLeftOutAndSaid() throws Exception {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
            try (DirectoryTar tar = tar()) {
                assertThat(tar.readAllBytes()).hasSize(3 * 512);
                assertThat(leftOut).containsExactly(root.toRealPath().resolve("socket"));
            }
        }
    }

    @Test
    void aFileThatBecomesShorterIsRefused() throws Exception {
        Path file = Files.write(root.resolve("file"), new byte[4_096]);
        try (InputStream tar = tar()) {
            assertThat(tar.readNBytes(2 * 512)).hasSize(2 * 512);
            Files.write(file, new byte[1]);
            assertThatThrownBy(tar::readAllBytes).hasMessageContaining("file became shorter");
        }
    }
}
