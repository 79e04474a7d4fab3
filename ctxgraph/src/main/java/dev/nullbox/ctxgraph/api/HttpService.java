package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.admission.HttpPlaces;
import dev.nullbox.ctxgraph.admission.Turns;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.util.List;

/**
 * What all agents' doors have in common.
 *
 * @param memory what they open to
 * @param methods the same by name, as {@code memory.put}
 * @param turns what is worked on at once
 * @param places what waits for clients at once
 * @param events where writes are told
 */
public record HttpService(Memory memory, Methods methods, Turns turns, HttpPlaces places, EventSink events) {
    /** The methods {@code memory.*} that agents may call. */
    @FunctionalInterface
    public interface Methods {
        /**
         * One call of an agent.
         *
         * @throws RpcException to answer with an error; NO_METHOD when there is no such method for agents
         */
        JsonElement call(Actor actor, String method, JsonObject params) throws RpcException;
    }

    /** The same for a reader who wants nothing that one of the sources has influenced. */
    public HttpService without(List<Source> sources) {
        return sources.isEmpty()
                ? this
                : new HttpService(
                        new Uninfluenced(memory, sources),
                        Uninfluenced.methods(methods, sources),
                        turns,
                        places,
                        events);
    }

    /** Writes as {@link Memory#write} does, and tells it as {@code memory.put} does. */
    public void write(Actor actor, List<Put> puts) throws RpcException {
        List<Memory.Written> written = memory.write(actor, puts);
        for (int i = 0; i < puts.size(); i++) {
            MemoryMethods.tell(events, actor, puts.get(i).key(), written.get(i));
        }
    }
}
