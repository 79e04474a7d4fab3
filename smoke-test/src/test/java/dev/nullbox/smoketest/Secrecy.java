package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Search of a running appliance for bytes of secrets, and of the guards round them, by /sbin/chaos. */
final class Secrecy {
    private static final Pattern SCAN = Pattern.compile("scan processes=(\\d+) pages=(\\d+) unread=0((?: \\w+=\\d+)*)");
    private static final Pattern TEXTS = Pattern.compile("texts looked=(\\S+) unread=0((?: \\w+/\\w+=\\d+)*)");
    private static final Pattern GUARDS = Pattern.compile("guards swaps=0;((?: [^;]+;)+)");

    private static final Pattern GUARD = Pattern.compile(" (\\S+) ([^;]+);");

    private final Appliance appliance;

    Secrecy(Appliance appliance) {
        this.appliance = appliance;
    }

    /**
     * Texts in /proc that all users may read of processes: arguments, environments, names of mappings and of open
     * files.
     *
     * @param looked names of the processes that were looked at; those of agents are "vmm"
     * @param found NAME/FILE of each place where one of the words stands; "kernel" has the kernel's own arguments
     */
    record Texts(Set<String> looked, Set<String> found) {
        Texts {
            looked = Set.copyOf(looked);
            found = Set.copyOf(found);
        }
    }

    /** A secret as it is and in base 64. */
    static List<String> forms(String secret) {
        return List.of(
                secret, Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }

    /** Waits until those processes in whose memory one of the secrets stands are as they should be. */
    void awaitMemory(List<String> secrets, String whose, Predicate<Set<String>> condition)
            throws IOException, InterruptedException {
        String order = order("scan", secrets.stream().flatMap(secret -> forms(secret).stream()));
        long deadline = System.nanoTime() + Appliance.LONG.toNanos();
        String answer;
        do {
            answer = appliance.askChaos(order, Appliance.LONG);
            Matcher scan = matched(SCAN, answer);
            // PID 1, the five services, the DHCP client and its helpers
            assertThat(Integer.parseInt(scan.group(1))).as(answer).isGreaterThan(6);
            assertThat(Integer.parseInt(scan.group(2))).as(answer).isGreaterThan(6 * 1000);
            if (condition.test(places(scan.group(3)))) {
                return;
            }
        } while (System.nanoTime() < deadline);
        throw appliance.failure("secrets were not in the memory of " + whose + ", but: " + answer);
    }

    /** Places of the words in /proc's files of the processes and of the kernel's arguments. */
    Texts texts(List<String> words) throws IOException, InterruptedException {
        Matcher texts = matched(TEXTS, appliance.askChaos(order("texts", words.stream()), Appliance.LONG));
        return new Texts(new TreeSet<>(List.of(texts.group(1).split(","))), places(texts.group(2)));
    }

    /** Protection of each process's memory, by its name; of several with one name, of the last. No swap is in use. */
    Map<String, String> guards() throws IOException, InterruptedException {
        Matcher guards = matched(GUARDS, appliance.askChaos("guards", Appliance.LONG));
        Map<String, String> byName = new TreeMap<>();
        GUARD.matcher(guards.group(1)).results().forEach(guard -> byName.put(guard.group(1), guard.group(2)));
        return byName;
    }

    /** Result of opening /proc/PID/{@code file} of a process as a user without capabilities; "same" is its own user. */
    String peek(String process, String user, String file) throws IOException, InterruptedException {
        return appliance.askChaos("peek " + process + " " + user + " " + file, Appliance.LONG);
    }

    private static String order(String command, Stream<String> words) {
        return words.map(word -> HexFormat.of().formatHex(word.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.joining(" ", command + " ", ""));
    }

    private static Matcher matched(Pattern pattern, String answer) {
        Matcher matcher = pattern.matcher(answer);
        assertThat(matcher.matches()).as(answer).isTrue();
        return matcher;
    }

    private static Set<String> places(String counts) {
        return Pattern.compile("(\\S+)=\\d+")
                .matcher(counts)
                .results()
                .map(hit -> hit.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
