package dev.nullbox.importer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.importer.Imports.Imported;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images that umoci makes and skopeo converts: the kernel mounts what becomes of them, and each file is held against what
 * umoci itself unpacks: content, kind, mode, owner, time, names of one file, attributes.
 */
class ForeignImagesIT {
    /** Both layers' changes; run in the root of a bundle. */
    private static final String LOWER = """
            mkdir -p bin etc/deep/er opt/gone opt/kept var/opaque srv/dir usr/lib home/user dev
            cp /bin/true bin/tool; chmod 4755 bin/tool; ln bin/tool bin/second; ln -s tool bin/link
            printf '\\000\\377bytes' >etc/binary; chown 12:34567 etc/binary; chmod 0640 etc/binary
            printf 'cap' >usr/lib/cap; chmod 755 usr/lib/cap; setcap cap_net_bind_service+ep usr/lib/cap
            printf 'x' >"etc/$(printf 'na\\357ve')"; printf 'y' >'etc/with blank'; printf 'z' >"etc/new$(printf '\\nline')"
            printf 'l' >"etc/$(printf 'n%.0s' $(seq 200))"
            dd if=/dev/urandom of=usr/lib/big bs=65536 count=60 status=none
            truncate -s 5M usr/lib/sparse; printf 'end' | dd of=usr/lib/sparse bs=1 seek=3000000 conv=notrunc status=none
            python3 -c 'import os; os.setxattr("etc/binary", "user.note", b"v\\0\\xff")'
            for i in $(seq 300); do echo "$i" >"var/opaque/$i"; done
            printf 'a' >opt/gone/a; printf 'b' >opt/kept/b; printf 'c' >opt/kept/c; printf 'd' >srv/dir/d
            mkfifo home/user/pipe; ln -s /etc home/user/outside; mknod dev/null c 1 3
            ln etc/binary opt/kept/hard
            chown -h 1000:1000 home/user home/user/outside; chmod 1777 home/user
            find . -exec touch -hd @1500000000.25 {} +
            """;

    private static final String UPPER = """
            rm -r opt/gone opt/kept/b var/opaque; mkdir var/opaque; echo new >var/opaque/new
            rm -r srv/dir; ln -s ../etc srv/dir; rm home/user/outside; mkdir home/user/outside; echo in >home/user/outside/in
            rm etc/binary; printf 'other' >etc/binary; chmod 700 etc/deep; chown 7:7 etc/deep
            ln bin/tool etc/deep/third
            find etc/deep var/opaque home srv -exec touch -hd @1600000000.5 {} +
            """;

    /** Each file of a tree on a line, but for the device node: all that a file has, beside where it lies on its disk. */
    private static final String LIST = """
            python3 - <<'END'
            import hashlib, os, stat
            for directory, names, files in os.walk(b'.'):
                names.sort()
                for path in [directory] + [os.path.join(directory, name) for name in sorted(names + files)]:
                    of = os.lstat(path)
                    if stat.S_ISCHR(of.st_mode) or (stat.S_ISDIR(of.st_mode) and path != directory):
                        continue
                    line = [path, oct(of.st_mode), of.st_uid, of.st_gid, of.st_mtime_ns]
                    if stat.S_ISLNK(of.st_mode):
                        line += ['->', os.readlink(path)]
                    else:
                        line += [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
                    if stat.S_ISREG(of.st_mode):
                        line += [of.st_nlink, of.st_size, hashlib.sha256(open(path, 'rb').read()).hexdigest()]
                    print(*line)
            END
            """;

    @TempDir
    Path directory;

    private final List<Path> mounted = new ArrayList<>();
    private Imports imports = new Imports(Path.of(""));

    private String run(Path where, String... command) throws IOException, InterruptedException {
        ErofsTools.Outcome outcome = ErofsTools.run(Arrays.asList(command), Optional.of(where));
        assertThat(outcome.code())
                .as(String.join(" ", command) + ": " + outcome.output())
                .isZero();
        return outcome.output();
    }

    private String shell(Path where, String script) throws IOException, InterruptedException {
        return run(where, "bash", "-euc", "export LC_ALL=C\n" + script);
    }

    @BeforeEach
    void makeImage() throws Exception {
        imports = new Imports(directory);
        run(directory, "umoci", "init", "--layout", "oci");
        run(directory, "umoci", "new", "--image", "oci:agent");
        layer("one", LOWER);
        layer("two", UPPER);
        run(
                directory,
                "umoci",
                "config",
                "--image",
                "oci:agent",
                "--config.entrypoint",
                "/bin/tool",
                "--config.env",
                "A=b",
                "--config.user",
                "12:34567",
                "--config.workingdir",
                "/srv");
        run(directory, "umoci", "unpack", "--image", "oci:agent", "expected");
    }

    private void layer(String bundle, String changes) throws Exception {
        run(directory, "umoci", "unpack", "--image", "oci:agent", bundle);
        shell(directory.resolve(bundle).resolve("rootfs"), changes);
        run(directory, "umoci", "repack", "--image", "oci:agent", bundle);
    }

    @AfterEach
    void unmount() throws Exception {
        for (Path mount : mounted) {
            run(directory, "umount", mount.toString());
        }
    }

    private Path mounted(Imported imported) throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run(directory, "mount", "-t", "erofs", "-o", "loop,ro", imported.image().toString(), mount.toString());
        mounted.add(mount);
        return mount;
    }

    private void isWhatUmociUnpacks(Imported imported) throws Exception {
        String expected = shell(directory.resolve("expected/rootfs"), LIST);
        assertThat(expected).contains("cap", "user.note", "security.capability", "third");
        assertThat(shell(mounted(imported), LIST)).isEqualTo(expected);
        Message result = imported.result();
        assertThat(result.get(ImportProtocol.LEFT_OUT_PATHS)).containsExactly("dev/null");
        Message defaults = result.get(ImportProtocol.DEFAULTS);
        assertThat(defaults.get(ImportProtocol.ENTRYPOINT)).containsExactly("/bin/tool");
        assertThat(defaults.get(ImportProtocol.ENV)).contains("A=b");
        assertThat(defaults.get(ImportProtocol.USER)).isEqualTo("12:34567");
        assertThat(defaults.get(ImportProtocol.WORKDIR)).isEqualTo("/srv");
    }

    private Imported converted(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy", "copy", "--quiet"));
        command.addAll(Arrays.asList(words));
        run(directory, command.toArray(String[]::new));
        return imports.of(directory.resolve("converted"));
    }

    @Test
    void aLayoutOfUmociIsWhatUmociUnpacks() throws Exception {
        run(directory, "tar", "-cf", "layout.tar", "-C", "oci", ".");
        isWhatUmociUnpacks(imports.of(directory.resolve("layout.tar")));
    }

    @Test
    void anOciArchiveOfSkopeoIsTheSame() throws Exception {
        isWhatUmociUnpacks(converted("oci:oci:agent", "oci-archive:converted:agent"));
    }

    @Test
    void layersCompressedByZstdAreTheSame() throws Exception {
        isWhatUmociUnpacks(converted("--dest-compress-format", "zstd", "oci:oci:agent", "oci-archive:converted:agent"));
    }

    @Test
    void aDockerArchiveOfSkopeoIsTheSame() throws Exception {
        Imported imported = converted("oci:oci:agent", "docker-archive:converted:example.org/agent:1");
        assertThat(imported.result().get(ImportProtocol.NAME)).isEqualTo("example.org/agent:1");
        isWhatUmociUnpacks(imported);
    }

    @Test
    void aTarOfTheUnpackedRootIsTheSame() throws Exception {
        shell(directory, "tar --xattrs --xattrs-include='*' --format=posix -cf converted -C expected/rootfs .");
        Path mount = mounted(imports.of(directory.resolve("converted")));
        assertThat(shell(mount, LIST)).isEqualTo(shell(directory.resolve("expected/rootfs"), LIST));
        shell(directory, "tar -S --format=gnu --zstd -cf converted -C expected/rootfs .");
        Path gnu = mounted(imports.of(directory.resolve("converted")));
        assertThat(shell(gnu, "sha256sum usr/lib/* etc/binary"))
                .isEqualTo(shell(directory.resolve("expected/rootfs"), "sha256sum usr/lib/* etc/binary"));
    }

    /** Sizes of a real agent: what the bound of time and memory must leave room for. */
    @Test
    void aHundredThousandFilesAreImported() throws Exception {
        shell(directory, """
                python3 - <<'END'
                import io, tarfile
                with tarfile.open('converted', 'w', format=tarfile.PAX_FORMAT) as tar:
                    for i in range(100000):
                        info = tarfile.TarInfo('node_modules/package-%d/lib/file-%d.js' % (i // 50, i))
                        info.size = 20
                        tar.addfile(info, io.BytesIO(b'%020d' % i))
                END
                """);
        Imported imported = imports.of(directory.resolve("converted"));
        assertThat(imported.result().get(ImportProtocol.FILES)).isEqualTo(100_000);
        Path mount = mounted(imported);
        assertThat(shell(mount, "find . -type f | wc -l").strip()).isEqualTo("100000");
        assertThat(shell(mount, "cat node_modules/package-1999/lib/file-99999.js"))
                .isEqualTo("%020d".formatted(99_999));
    }
}
