package dev.nullbox.cage.store;

import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.util.ArrayList;
import java.util.List;

/** Configuration of an image in the importer's result. */
final class ImageConfiguration {
    private ImageConfiguration() {}

    /** Defaults for keys that AGENT.toml leaves out. */
    static ImageDefaults defaults(Message result) {
        Message stated = result.get(ImportProtocol.DEFAULTS);
        List<String> entryPoint = stated.find(ImportProtocol.ENTRYPOINT).orElse(List.of());
        List<String> command = new ArrayList<>(entryPoint);
        command.addAll(stated.find(ImportProtocol.COMMAND).orElse(List.of()));
        return new ImageDefaults(
                entryPoint,
                command,
                stated.find(ImportProtocol.ENV).orElse(List.of()),
                stated.find(ImportProtocol.USER).orElse(""),
                stated.find(ImportProtocol.WORKDIR).orElse(""),
                stated.find(ImportProtocol.STOP_SIGNAL).orElse(""),
                stated.find(ImportProtocol.VOLUMES).orElse(List.of()));
    }
}
