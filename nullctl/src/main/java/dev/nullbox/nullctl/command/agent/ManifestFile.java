package dev.nullbox.nullctl.command.agent;

import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.Schema;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.Transfers;
import dev.nullbox.nullctl.terminal.StreamSource;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.protocol.id.AgentName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** AGENT.toml on this machine, checked without an appliance; keys that it leaves to the image are accepted. */
final class ManifestFile {
    private final Path place;
    private final byte[] text;

    private ManifestFile(Path place, byte[] text) {
        this.place = place;
        this.text = text;
    }

    /** Reads a file, whatever it holds. */
    static ManifestFile read(Path place) throws UsageException {
        try (InputStream in = Files.newInputStream(place)) {
            return new ManifestFile(place, in.readNBytes(ManifestReader.MAX_BYTES + 1));
        } catch (IOException e) {
            throw new UsageException(
                    "cannot read " + place + ": " + e.getClass().getSimpleName());
        }
    }

    /** The manifest, or all its problems. */
    ManifestResult result() {
        return ManifestReader.read(text, ImageDefaults.UNKNOWN);
    }

    /**
     * The manifest.
     *
     * @throws UsageException with all its problems
     */
    Manifest checked() throws UsageException {
        return switch (result()) {
            case ManifestResult.Valid(Manifest manifest) -> manifest;
            case ManifestResult.Invalid(List<Problem> problems) -> throw refused(problems);
        };
    }

    /**
     * Checks that it is valid and for an agent of this name.
     *
     * @throws UsageException with all its problems
     */
    void checkFor(AgentName agent) throws UsageException {
        AgentName stated = checked().agent().name();
        if (!stated.equals(agent)) {
            throw refused(List.of(new Problem(
                    Schema.NAME.path(), "is " + stated + ", but the agent is " + agent, "give both the same name")));
        }
    }

    /**
     * Sends it to the appliance.
     *
     * @return the fields of a request that name it
     */
    Message send(ApplianceClient appliance) throws Exception {
        Message sent = Transfers.send(
                appliance,
                DeployContract.TRANSFER,
                new StreamSource(String.valueOf(place), new ByteArrayInputStream(text), OptionalLong.of(text.length)));
        return Message.of(
                DeployContract.MANIFEST.is(sent.get(TransferContract.TRANSFER)),
                DeployContract.MANIFEST_SHA256.is(sent.get(TransferContract.SHA256)));
    }

    private UsageException refused(List<Problem> problems) {
        StringBuilder lines = new StringBuilder();
        lines.append(place).append(" has ");
        lines.append(problems.size() == 1 ? "a problem:" : problems.size() + " problems:");
        for (Problem problem : problems) {
            lines.append("\n  field:   ").append(problem.fieldPath());
            lines.append("\n  problem: ").append(problem.problem());
            lines.append("\n  remedy:  ").append(problem.remedy());
        }
        return new UsageException(lines.toString());
    }
}
