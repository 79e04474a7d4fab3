package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;

/** What an answer about shared memory lists as damaged, for people. */
final class Damage {
    private Damage() {}

    /** One line for each. */
    static void tell(PrintWriter err, Answer answer, String where) throws RpcException {
        for (JsonElement line : answer.list("damaged")) {
            err.println("nullctl: damaged " + where + ": " + TerminalText.line(line.getAsString()));
        }
    }
}
