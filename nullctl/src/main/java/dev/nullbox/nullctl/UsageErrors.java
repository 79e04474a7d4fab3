package dev.nullbox.nullctl;

import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Messages for faults of a command line, without arguments that may be a misplaced secret. */
final class UsageErrors {
    private UsageErrors() {}

    static int explain(PrintWriter err, CommandLine.ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        err.println(TerminalText.line("nullctl: " + cause(wrong)));
        if (command.getSubcommands().isEmpty()) {
            for (String line :
                    command.getUsageMessage(CommandLine.Help.Ansi.OFF).lines().toList()) {
                if (!line.startsWith("Usage:") && !line.startsWith("     ")) {
                    break;
                }
                err.println(line);
            }
        } else {
            err.println(
                    "  commands: " + String.join(", ", command.getSubcommands().keySet()));
        }
        err.println("  more: " + command.getCommandSpec().qualifiedName() + " --help");
        return NullctlMain.USAGE;
    }

    private static String cause(CommandLine.ParameterException wrong) {
        if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            if (first.startsWith("-")) {
                // The text after the equals sign may be a secret value.
                return "unknown option " + first.replaceFirst("=.*", "");
            }
            if (!wrong.getCommandLine().getSubcommands().isEmpty()) {
                return "unknown command " + first;
            }
            return unmatched.getUnmatched().size() == 1
                    ? "one word too many (not shown: it may be a secret, and those are never arguments)"
                    : unmatched.getUnmatched().size() + " words too many (not shown: they may be secrets)";
        }
        return String.valueOf(wrong.getMessage());
    }
}
