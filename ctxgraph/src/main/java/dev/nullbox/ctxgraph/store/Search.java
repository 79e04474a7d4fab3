package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/** Full-text search (FTS5, BM25) and nearest-vector search (cosine, over every vector in scope) of current values. */
final class Search implements AutoCloseable {
    /** Most matches that are ranked, those of the newest keys: a common word may have a million. */
    private static final int MAX_MATCHES = 10_000;

    /** Candidates fetched for each wanted hit; all of them only when these are not enough. */
    private static final int CANDIDATE_MARGIN = 4;

    /**
     * Most keys of a space by which the index is narrowed: a larger one narrows little, and the index would be scanned
     * as a whole to rank.
     */
    private static final int SMALL_SPACE = 20_000;

    private static final int SNIPPET_WORDS = 16;
    private static final int PLAIN_SNIPPET = 120;

    private final Sql snippets;

    /** Decides whether a found node may be shown. */
    @FunctionalInterface
    interface Filter {
        boolean shows(Sql sql, NodeId id) throws SQLException, RpcException;
    }

    private record Found(long k, double score) {}

    private Search(Sql snippets) {
        this.snippets = snippets;
    }

    /**
     * Opens a searcher with an in-memory database of its own, in which FTS5 cuts the snippets of texts that it holds no
     * copy of.
     */
    static Search open() throws SQLException {
        Sql snippets = Sql.inMemory();
        snippets.execute(
                "CREATE VIRTUAL TABLE snippets USING fts5 (key, text, tokenize = 'unicode61 remove_diacritics 2')");
        return new Search(snippets);
    }

    /**
     * The hits, best first.
     *
     * @throws RpcException INVALID_PARAMS, QUERY or VECTOR
     */
    List<Memory.Hit> find(Sql sql, Principal principal, Query query, Filter filter) throws SQLException, RpcException {
        if (query.text().isEmpty() == query.vector().isEmpty()) {
            throw new RpcException(MemoryReason.QUERY, "text: give either text or vector", MemoryContract.QUERY.name());
        }
        List<KeyRanges.Range> ranges = KeyRanges.of(principal, query.prefix());
        if (ranges.isEmpty()) {
            return List.of();
        }
        String match = query.text().isEmpty() ? "" : SearchText.match(query.text());
        List<Memory.Hit> hits = List.of();
        for (int most : new int[] {query.max() * CANDIDATE_MARGIN, MAX_MATCHES}) {
            List<Found> candidates = match.isEmpty()
                    ? nearest(sql, ranges, PreparedWrite.unit(query.vector()), most)
                    : matches(sql, ranges, match, most);
            hits = shown(sql, candidates, match, query.max(), filter);
            if (hits.size() == query.max() || candidates.size() < most) {
                break;
            }
        }
        return hits;
    }

    private List<Memory.Hit> shown(Sql sql, List<Found> candidates, String match, int max, Filter filter)
            throws SQLException, RpcException {
        List<Memory.Hit> hits = new ArrayList<>();
        for (Found found : candidates) {
            if (hits.size() == max) {
                break;
            }
            hit(sql, found, match, filter).ifPresent(hits::add);
        }
        return hits;
    }

    private Optional<Memory.Hit> hit(Sql sql, Found found, String match, Filter filter)
            throws SQLException, RpcException {
        record Row(String key, Queries.Stored stored) {}
        Optional<Row> row = sql.first(
                "SELECT key, id, seq, content FROM keys JOIN nodes USING (n) WHERE k = ? AND live",
                at -> new Row(
                        at.getString(1),
                        new Queries.Stored(NodeId.ofBytes(at.getBytes(2)), at.getLong(3), at.getBytes(4))),
                found.k());
        if (row.isEmpty()) {
            return Optional.empty();
        }
        String key = row.get().key();
        Queries.Stored stored = row.get().stored();
        if (!stored.sound() || !filter.shows(sql, stored.id)) {
            return Optional.empty();
        }
        String text = SearchText.of(stored.content);
        String snippet = match.isEmpty() ? beginning(text) : snippet(key, text, match);
        return Optional.of(new Memory.Hit(new MemoryKey(key), stored.id, stored.seq, found.score(), snippet));
    }

    private static List<Found> matches(Sql sql, List<KeyRanges.Range> ranges, String match, int most)
            throws SQLException {
        List<Object> arguments = new ArrayList<>(List.of(scope(sql, ranges) + "{key text} : (" + match + ")"));
        for (KeyRanges.Range range : ranges) {
            arguments.addAll(List.of(range.from(), range.end()));
        }
        arguments.add(most);
        // In the order of rows FTS5 can stop; in that of ranks it would first rank every match. The space column only
        // narrows: its weight in the ranking is 0.
        return sql.all(
                "SELECT k, score FROM (SELECT rowid AS k, bm25(texts, 0.0, 2.0, 1.0) AS score FROM texts"
                        + " WHERE texts MATCH ? AND EXISTS (SELECT 1 FROM keys WHERE k = texts.rowid AND ("
                        + KeyRanges.condition(ranges) + ")) ORDER BY rowid DESC LIMIT " + MAX_MATCHES
                        + ") ORDER BY score LIMIT ?",
                row -> new Found(row.getLong(1), -row.getDouble(2)),
                arguments.toArray());
    }

    /** FTS5 expression of words with which keys of the ranges begin; other keys may match too. */
    private static String scope(Sql sql, List<KeyRanges.Range> ranges) throws SQLException {
        List<String> begins = new ArrayList<>();
        long keys = 0;
        for (KeyRanges.Range range : ranges) {
            keys += sql.number(
                    "SELECT count(*) FROM (SELECT 1 FROM keys WHERE key >= ? AND key < ? LIMIT " + SMALL_SPACE + ")",
                    range.from(),
                    range.end());
            if (keys >= SMALL_SPACE) {
                return "";
            }
            // The last segment may be incomplete: whole segments only.
            int end = range.from().lastIndexOf('/');
            String words = range.from().substring(0, Math.max(end, 0));
            if (words.chars().noneMatch(Character::isLetterOrDigit)) {
                return "";
            }
            begins.add("space : ^\"" + words + '"');
        }
        return "(" + String.join(" OR ", begins) + ") AND ";
    }

    private static List<Found> nearest(Sql sql, List<KeyRanges.Range> ranges, byte[] wanted, int max)
            throws SQLException {
        PriorityQueue<Found> best = new PriorityQueue<>(Comparator.comparingDouble(Found::score));
        float[] query = floats(wanted);
        for (KeyRanges.Range range : ranges) {
            sql.each(
                    "SELECT k, vector FROM keys JOIN vectors USING (k) WHERE key >= ? AND key < ? AND length(vector) ="
                            + " ?",
                    row -> consider(best, row, query, max),
                    range.from(),
                    range.end(),
                    wanted.length);
        }
        return best.stream()
                .sorted(Comparator.comparingDouble(Found::score).reversed())
                .toList();
    }

    private static boolean consider(PriorityQueue<Found> best, ResultSet row, float[] query, int max)
            throws SQLException {
        float[] other = floats(row.getBytes(2));
        double cosine = 0;
        for (int i = 0; i < query.length; i++) {
            cosine += (double) query[i] * other[i];
        }
        best.add(new Found(row.getLong(1), cosine));
        if (best.size() > max) {
            best.remove();
        }
        return true;
    }

    private static float[] floats(byte[] bytes) {
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    private synchronized String snippet(String key, String text, String match) throws SQLException {
        snippets.update("DELETE FROM snippets");
        snippets.update("INSERT INTO snippets (rowid, key, text) VALUES (1, ?, ?)", key, text);
        return snippets.first(
                        "SELECT snippet(snippets, 1, '[', ']', '…', " + SNIPPET_WORDS
                                + ") FROM snippets WHERE snippets MATCH ?",
                        row -> row.getString(1),
                        match)
                .orElseGet(() -> beginning(text));
    }

    private static String beginning(String text) {
        return text.length() <= PLAIN_SNIPPET ? text : text.substring(0, PLAIN_SNIPPET) + "…";
    }

    @Override
    public void close() throws SQLException {
        snippets.close();
    }
}
