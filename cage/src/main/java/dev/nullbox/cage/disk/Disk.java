package dev.nullbox.cage.disk;

/** Kind of disk that an agent may have; each is one file of its directory. */
enum Disk {
    /** The upper half of a root that outlives runs. */
    LAYER("layer", "filesystem.max_mb"),
    /** The upper half of a root that ends with the run. */
    RUN_LAYER("layer.run", "filesystem.max_mb"),
    /** All paths of {@code filesystem.write}. */
    VOLUME("volume", "filesystem.volume_mb"),
    /** All paths of {@code filesystem.read}. */
    READ("read", "filesystem.read");

    private final String file;
    private final String key;

    Disk(String file, String key) {
        this.file = file;
        this.key = key;
    }

    /** The file's name. */
    String file() {
        return file;
    }

    /** The key of AGENT.toml that its size comes from. */
    String key() {
        return key;
    }

    /** Tells whether it outlives a run. */
    boolean isKept() {
        return this != RUN_LAYER;
    }

    /** The directory within its file system that holds the agent's paths; empty for a layer. */
    String top() {
        return switch (this) {
            case LAYER, RUN_LAYER -> "";
            case VOLUME -> "write";
            case READ -> "read";
        };
    }
}
