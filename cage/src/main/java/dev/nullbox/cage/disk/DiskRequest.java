package dev.nullbox.cage.disk;

import dev.nullbox.manifest.GuestPath;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.MountPath;
import java.util.List;

/**
 * Disks that an agent's manifest asks for.
 *
 * @param layer treatment of writes to its root
 * @param layerMib the layer's size
 * @param volumeMib the volume's size
 * @param write guest paths of the volume's directories
 * @param read guest paths of the read disk's directories
 */
public record DiskRequest(Layer layer, int layerMib, int volumeMib, List<GuestPath> write, List<GuestPath> read) {
    /** Copies the lists. */
    public DiskRequest {
        write = List.copyOf(write);
        read = List.copyOf(read);
    }

    /** The disks that a manifest's table {@code [capabilities.filesystem]} asks for. */
    public static DiskRequest of(Manifest.Filesystem filesystem) {
        Layer layer = switch (filesystem.root()) {
            case EPHEMERAL -> Layer.EPHEMERAL;
            case PERSISTENT -> Layer.PERSISTENT;
            case READ_ONLY -> Layer.NONE;
        };
        return new DiskRequest(
                layer,
                filesystem.maxMb(),
                filesystem.volumeMb(),
                filesystem.write().stream().map(MountPath::path).toList(),
                filesystem.read().stream().map(MountPath::path).toList());
    }

    /** Lifetime of writes to an agent's root. */
    public enum Layer {
        /** Ends with the run. */
        EPHEMERAL,
        /** Outlives it. */
        PERSISTENT,
        /** The root cannot be written to. */
        NONE
    }

    /** The paths that lie on this disk. */
    List<GuestPath> paths(Disk disk) {
        return switch (disk) {
            case LAYER, RUN_LAYER -> List.of();
            case VOLUME -> write;
            case READ -> read;
        };
    }
}
