package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Connections of a run that the gate opens, and the authority with which it does; never a secret.
 *
 * @param run the run's number
 * @param authority certificate of the run's authority, DER in base 64
 * @param key the authority's key, PKCS #8 in base 64: of use against this run's guest alone
 * @param opened the secrets, with their hosts
 */
public record Opening(long run, String authority, String key, List<Opened> opened) {
    public Opening {
        opened = List.copyOf(opened);
    }

    /**
     * Secret for one host.
     *
     * @param placeholder the text in its stead
     * @param ca authorities of the host as PEM
     */
    public record Opened(
            NameTarget target, SecretName secret, SecretForm as, String placeholder, Optional<String> ca) {}

    /**
     * The opening of a message.
     *
     * @throws InvalidValueException when an entry is no name
     */
    public static Opening of(Message message) {
        List<Opened> opened = new ArrayList<>();
        for (Message one : message.get(EgressContract.OPENED)) {
            String entry = one.get(EgressContract.ENTRY);
            if (!(NetworkTarget.ofText(entry) instanceof NameTarget target)) {
                throw new InvalidValueException(entry + " is no name, and is not opened", "leave its secret out");
            }
            opened.add(new Opened(
                    target,
                    one.get(EgressContract.SECRET),
                    one.get(EgressContract.AS),
                    one.get(EgressContract.PLACEHOLDER),
                    one.find(EgressContract.CA)));
        }
        return new Opening(
                message.get(Fields.RUN),
                message.get(EgressContract.AUTHORITY),
                message.get(EgressContract.AUTHORITY_KEY),
                opened);
    }

    /** The message of which it was made. */
    public Message message() {
        List<Message> all = opened.stream()
                .map(one -> Message.of(
                                EgressContract.ENTRY.is(one.target().text()),
                                EgressContract.SECRET.is(one.secret()),
                                EgressContract.AS.is(one.as()),
                                EgressContract.PLACEHOLDER.is(one.placeholder()))
                        .and(EgressContract.CA, one.ca()))
                .toList();
        return Message.of(
                Fields.RUN.is(run),
                EgressContract.AUTHORITY.is(authority),
                EgressContract.AUTHORITY_KEY.is(key),
                EgressContract.OPENED.is(all));
    }

    /** The secrets for a name at a port. */
    public List<Opened> at(String name, int port) {
        return opened.stream()
                .filter(one -> one.target().port() == port && one.target().covers(name))
                .toList();
    }

    /** Names of the secrets of an entry, each once. */
    public List<String> secretsOf(NetworkTarget target) {
        return opened.stream()
                .filter(one -> one.target().equals(target))
                .map(one -> one.secret().value())
                .distinct()
                .toList();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "opening of run " + run + ": "
                + opened.stream().map(one -> one.target().text()).collect(Collectors.joining(", "));
    }
}
