package dev.nullbox.nulld.launch;

import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.nulld.linux.Accounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the kernel says a thread may do.
 *
 * @param fields of /proc/thread-self/status, by name: proc_pid_status(5)
 */
record LaunchCheck(Map<String, String> fields) {
    LaunchCheck {
        fields = Map.copyOf(fields);
    }

    static LaunchCheck read(Path status) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : Files.readAllLines(status)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return new LaunchCheck(fields);
    }

    /** Where it differs from what was asked; empty when all took. */
    List<String> problems(LaunchPlan plan, Accounts.User user, int[] groups) {
        List<String> problems = new ArrayList<>();
        String uid = String.valueOf(user.uid());
        String gid = String.valueOf(user.gid());
        expect(problems, "Uid", String.join("\t", uid, uid, uid, uid));
        expect(problems, "Gid", String.join("\t", gid, gid, gid, gid));
        TreeSet<Integer> wanted = new TreeSet<>();
        Arrays.stream(groups).forEach(wanted::add);
        expect(
                problems,
                "Groups",
                String.join(" ", wanted.stream().map(String::valueOf).toList()));
        String keep = mask(Capabilities.maskOf(plan.capabilities()));
        expect(problems, "CapInh", keep);
        expect(problems, "CapPrm", keep);
        expect(problems, "CapEff", keep);
        expect(problems, "CapBnd", keep);
        expect(problems, "CapAmb", user.uid() == 0 ? mask(0) : keep);
        if (plan.noNewPrivs()) {
            expect(problems, "NoNewPrivs", "1");
        }
        return problems;
    }

    private void expect(List<String> problems, String field, String wanted) {
        String got = fields.getOrDefault(field, "");
        if (!got.equals(wanted)) {
            problems.add(field + " is " + got + ", not " + wanted);
        }
    }

    private static String mask(long mask) {
        String hex = Long.toHexString(mask);
        return "0".repeat(16 - hex.length()) + hex;
    }
}
