package dev.nullbox.importer.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarReader;
import dev.nullbox.archive.tar.TarWriter;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Merging of layers: what is written, in its order, and what is refused. */
class MergedTreeTest {
    private static TarBuilder tar() {
        return new TarBuilder();
    }

    private static Plan merged(boolean isLayered, TarBuilder... layers) throws IOException {
        MergedTree tree = new MergedTree(isLayered);
        for (TarBuilder layer : layers) {
            tree.beginLayer();
            TarReader reader = new TarReader(new ByteArrayInputStream(layer.end()));
            Optional<TarEntry> entry = reader.next();
            for (int index = 0; entry.isPresent(); index++) {
                tree.add(entry.get(), index);
                entry = reader.next();
            }
        }
        return tree.plan();
    }

    /** All that is written: a directory with a slash, a file with layer and index, a link with its target. */
    private static List<String> written(TarBuilder... layers) throws IOException {
        Plan plan = merged(true, layers);
        List<String> written = new ArrayList<>(entries(plan, true));
        for (int i = 0; i < layers.length; i++) {
            for (Plan.PlannedFile file : plan.files(i)) {
                written.add(file.entry().path() + " " + i + ":" + file.index());
            }
        }
        written.addAll(entries(plan, false));
        return written;
    }

    private static List<String> entries(Plan plan, boolean isHead) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        if (isHead) {
            plan.writeHead(writer);
        } else {
            plan.writeTail(writer);
        }
        writer.finish();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        List<String> entries = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            entries.add(
                    switch (entry.get().kind()) {
                        case DIRECTORY ->
                            entry.get().path() + (entry.get().path().equals("./") ? "" : "/");
                        case SYMLINK ->
                            entry.get().path() + " -> " + entry.get().target();
                        case HARD_LINK ->
                            entry.get().path() + " = " + entry.get().target();
                        default -> entry.get().path();
                    });
        }
        return entries;
    }

    private static void refused(String words, TarBuilder... layers) {
        assertThatThrownBy(() -> written(layers)).isInstanceOfSatisfying(ArchiveException.class, e -> {
            assertThat(e.reason()).isEqualTo(ImportReason.IMPORT_ENTRY);
            assertThat(e.text()).contains(words);
        });
    }

    @Test
    void whiteoutsRemoveWhatLowerLayersHave() throws Exception {
        TarBuilder lower = tar().file("a/x", "").file("a/y", "").file("b/z", "").file("c", "");
        assertThat(written(
                        lower,
                        tar().file("a/.wh.x", "")
                                .file(".wh.b", "")
                                .file(".wh.no", "")
                                .file("no/.wh.x", "")))
                .containsExactly("./", "a/", "a/y 0:1", "c 0:3");
    }

    @Test
    void orderWithinALayerDoesNotMatterToWhiteouts() throws Exception {
        TarBuilder lower = tar().file("a/x", "").file("f", "").file("o/x", "");
        List<String> expected = List.of("./", "a/", "o/", "a/new 1:1", "f 1:2", "o/y 1:5");
        TarBuilder after = tar().directory("a").file("a/new", "").file("f", "");
        after.file(".wh.a", "").file(".wh.f", "").file("o/y", "").file("o/.wh..wh..opq", "");
        assertThat(written(lower, after)).isEqualTo(expected);
        TarBuilder before = tar().file(".wh.a", "").file("a/new", "").file("f", "");
        before.file(".wh.f", "").file("o/.wh..wh..opq", "").file("o/y", "");
        assertThat(written(tar().file("a/x", "").file("f", "").file("o/x", ""), before))
                .isEqualTo(expected);
    }

    @Test
    void opaqueDirectoriesHideAllBelow() throws Exception {
        assertThat(written(
                        tar().file("a/b/c", "").file("a/d", ""),
                        tar().file("a/b/e", ""),
                        tar().directory("a").file("a/.wh..wh..opq", "").file("a/b/f", "")))
                .containsExactly("./", "a/", "a/b/", "a/b/f 2:2");
    }

    @Test
    void aufsOwnEntriesAreIgnored() throws Exception {
        assertThat(written(tar().file("a", ""), tar().directory(".wh..wh.plnk").file(".wh..wh.plnk/1.2", "")))
                .containsExactly("./", "a 0:0");
    }

    @Test
    void namesOfWhiteoutsAreOrdinaryInARoot() throws Exception {
        Plan plan = merged(false, tar().file("a", "").file(".wh.a", ""));
        assertThat(plan.files(0)).extracting(file -> file.entry().path()).containsExactly("a", ".wh.a");
    }

    @Test
    void upperLayersChangeTypes() throws Exception {
        assertThat(written(
                        tar().file("d/x", "").file("f", "").symlink("s", "d").file("g", ""),
                        tar().symlink("d", "e")
                                .directory("f")
                                .file("f/y", "")
                                .directory("s")
                                .file("s/z", "")
                                .symlink("g", "f")))
                .containsExactly("./", "d -> e", "f/", "g -> f", "s/", "f/y 1:2", "s/z 1:4");
    }

    /** umoci 0.4 writes whiteouts for what was in a directory that it replaces. */
    @Test
    void whiteoutsBelowWhatReplacedADirectoryAreNothing() throws Exception {
        assertThat(written(
                        tar().file("d/x/y", "").file("etc/x", ""),
                        tar().symlink("d", "etc").file("d/.wh.x", "").file("d/x/.wh.y", "")))
                .containsExactly("./", "d -> etc", "etc/", "etc/x 0:1");
    }

    @Test
    void hardLinksAreNamesOfFilesNotOfPaths() throws Exception {
        TarBuilder lower = tar().file("a", "").link("b", "a").link("c", "b");
        assertThat(written(lower, tar().file("a", "").file(".wh.b", "").link("d", "c")))
                .containsExactly("./", "c 0:0", "a 1:0", "d = c");
    }

    @Test
    void attributesOfADirectoryAreTheTopmosts() throws Exception {
        Plan plan = merged(
                true,
                tar().file("d/x", ""),
                tar().add(TarBuilder.header("d/", '5', 0).octal(100, 8, 01777).octal(108, 8, 7), new byte[0]));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        plan.writeHead(writer);
        writer.finish();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        assertThat(reader.next()).isPresent();
        assertThat(reader.next()).hasValueSatisfying(entry -> {
            assertThat(entry.mode()).isEqualTo(01777);
            assertThat(entry.uid()).isEqualTo(7);
        });
    }

    @Test
    void pathsThatLeadOutAreRefused() {
        refused("entry /etc/passwd is absolute", tar().file("/etc/passwd", ""));
        refused("entry ../x leads upwards", tar().file("../x", ""));
        refused("entry a/../../x leads upwards", tar().file("a/../../x", ""));
        refused("hard link to ../../etc/shadow, which leads upwards", tar().link("x", "../../etc/shadow"));
        refused("hard link to /etc/shadow, which is absolute", tar().link("x", "/etc/shadow"));
        refused("entry a/.wh... is a whiteout of no name", tar().directory("a"), tar().file("a/.wh...", ""));
        refused("entry a/.wh.. is a whiteout of no name", tar().directory("a"), tar().file("a/.wh..", ""));
        refused("entry .wh. is a whiteout of no name", tar().file(".wh.", ""));
    }

    @Test
    void pathsThroughLinksAndFilesAreRefused() {
        refused(
                "entry s/x leads through s, a symbolic link to /etc",
                tar().symlink("s", "/etc").file("s/x", ""));
        refused("leads through s, a symbolic link", tar().symlink("s", "."), tar().file("s/x", ""));
        refused("leads through s, a symbolic link", tar().symlink("s", "."), tar().file("s/.wh.x", ""));
        refused(
                "leads through s, a symbolic link",
                tar().symlink("s", ".").file("x", "").link("y", "s/x"));
        refused("leads through f, which is no directory", tar().file("f", "").file("f/x", ""));
        refused("leads through d, which is no directory", tar().device("d").file("d/x", ""));
        refused("lies in .wh.a, a whiteout", tar().file(".wh.a/b", ""));
    }

    @Test
    void hardLinksToNothingAreRefused() {
        refused(
                "hard link to b, which no entry before it is",
                tar().link("a", "b").file("b", ""));
        refused("hard link to d, a directory", tar().directory("d").link("a", "d"));
        refused(
                "hard link to a, which no entry before it is",
                tar().file("a", ""),
                tar().file(".wh.a", "").link("b", "a"));
    }

    @Test
    void duplicatesAreRefusedButDirectories() throws Exception {
        refused("entry ./a occurs twice", tar().file("a", "").file("./a", ""));
        refused("entry a occurs twice", tar().symlink("a", "b").directory("a"));
        refused("entry a occurs twice", tar().file("a", "").link("a", "a"));
        refused(
                "entry d is no directory, and entries before it lie in it",
                tar().file("d/x", "").file("d", ""));
        refused(
                "entry d is no directory, and entries before it lie in it",
                tar().directory("d"),
                tar().file("d/x", "").symlink("d", "e"));
        refused("is the root's top, and no directory", tar().symlink("./", "etc"));
        assertThat(written(tar().directory("d").file("d/x", "").directory("d/")))
                .containsExactly("./", "d/", "d/x 0:1");
    }

    @Test
    void namesThatLinuxDoesNotTakeAreRefused() {
        refused(
                "has a name of 256 bytes",
                tar().pax(Map.of("path", "n".repeat(256))).file("x", ""));
        refused(
                "has a path of 4096 bytes",
                tar().pax(Map.of("path", "a/".repeat(2048))).file("x", ""));
        refused(
                "lies 257 directories deep",
                tar().pax(Map.of("path", "a/".repeat(256) + "a")).file("x", ""));
        refused("has a NUL in its name", tar().pax(Map.of("path", "a\0b")).file("x", ""));
        refused("is a symbolic link to a text of 0 bytes", tar().symlink("s", ""));
        refused(
                "text of 4096 bytes",
                tar().pax(Map.of("linkpath", "t".repeat(4096))).symlink("s", "x"));
    }

    @Test
    void attributesThatAGuestMustNotBeGivenAreLeftOut() throws Exception {
        Plan plan = merged(
                true,
                tar().pax(Map.of(
                                "SCHILY.xattr.user.a", "1",
                                "SCHILY.xattr.security.capability", "\1\0\0\2",
                                "SCHILY.xattr.trusted.overlay.opaque", "y",
                                "SCHILY.xattr.com.apple.provenance", "x",
                                "SCHILY.xattr.system.posix_acl_access", "\2"))
                        .file("f", ""));
        assertThat(plan.files(0).iterator().next().entry().xattrs().keySet())
                .containsExactly("security.capability", "system.posix_acl_access", "user.a");
        assertThat(plan.leftOutXattrs()).isEqualTo(2);
    }
}
