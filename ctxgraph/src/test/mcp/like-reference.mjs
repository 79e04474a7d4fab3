// node like-reference.mjs WAY URL SEED: the nine tools have the schemas of the reference server, and a random sequence of
// calls gives what it gives there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, reference } from './clients.mjs';

const [way, url, seed] = process.argv.slice(2);
const CALLS = 150;

/** Numbers from 0 to below n, the same for the same seed (mulberry32). */
let state = Number(seed) >>> 0;
function below(n) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[below(list.length)];
const some = (make) => {
  const made = new Map();
  for (let i = 1 + below(3); i > 0; i--) {
    const one = make();
    made.set(JSON.stringify([one.name, one.from, one.to, one.relationType, one.entityName, one]), one);
  }
  return [...made.values()];
};

const NAMES = ['Ada', 'Bob Builder', 'café ☕', 'a/b_c', '', 'x'.repeat(300), 'Ada ', '..'];
const FACTS = ['likes tea', 'Likes TEA', 'ß', 'line\nbreak', '"quoted"', 'lives in Zürich', ''];
const TYPES = ['person', 'Place', 'project'];
const VERBS = ['knows', 'works at', 'knows '];
const facts = () => [...new Set([pick(FACTS), pick(FACTS)])];
const relation = () => ({ from: pick(NAMES), to: pick(NAMES), relationType: pick(VERBS) });

/** Of several with one name in one call the reference keeps all; a graph with one key for each name cannot. */
const named = (entities) => [...new Map(entities.map((entity) => [entity.name, entity])).values()];

const CALL = {
  create_entities: () => ({
    entities: named(some(() => ({ name: pick(NAMES), entityType: pick(TYPES), observations: facts() }))),
  }),
  create_relations: () => ({ relations: some(relation) }),
  add_observations: () => ({ observations: some(() => ({ entityName: pick(NAMES), contents: facts() })) }),
  delete_entities: () => ({ entityNames: [pick(NAMES)] }),
  delete_observations: () => ({ deletions: some(() => ({ entityName: pick(NAMES), observations: facts() })) }),
  delete_relations: () => ({ relations: some(relation) }),
  read_graph: () => ({}),
  search_nodes: () => ({ query: pick(['tea', 'ADA', 'zür', 'person', 'x', '', 'nowhere', 'a/b']) }),
  open_nodes: () => ({ names: [pick(NAMES), pick(NAMES)] }),
};
const OFTEN = ['create_entities', 'create_relations', 'add_observations', ...Object.keys(CALL)];

// Neither the order in a list nor that of an object's members says anything.
const inOrder = (item) => JSON.stringify(Object.entries(item).sort());
const sorted = (list) => [...list].sort((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1));

/** A result without what may differ: the order within a graph, the words of an error, what is ours. */
function comparable(result) {
  if (result.isError) {
    return { isError: true };
  }
  const structured = { ...result.structuredContent };
  const isGraph = structured.entities && structured.relations;
  const order = isGraph ? sorted : (list) => list;
  for (const name of Object.keys(structured)) {
    structured[name] = Array.isArray(structured[name]) ? order(structured[name]) : structured[name];
  }
  let text = result.content[0].text;
  if (text.startsWith('{') || text.startsWith('[')) {
    text = JSON.parse(text);
    if (isGraph) {
      text = { entities: sorted(text.entities), relations: sorted(text.relations) };
    }
  }
  assert.equal(result.content.length, 1);
  return { type: result.content[0].type, text, structured };
}

/** A schema without its prose. */
function bare(schema) {
  if (Array.isArray(schema)) {
    return schema.map(bare);
  }
  if (schema === null || typeof schema !== 'object') {
    return schema;
  }
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => name !== 'description' || typeof value !== 'string')
      .map(([name, value]) => [name, bare(value)]),
  );
}

const directory = mkdtempSync(join(tmpdir(), 'nullbox-mcp-'));
const theirs = await reference(join(directory, 'memory.jsonl'));
const { client: ours } = await connect(way, url);
try {
  const known = new Map((await ours.listTools()).tools.map((tool) => [tool.name, tool]));
  const wanted = (await theirs.listTools()).tools;
  assert.equal(wanted.length, 9);
  for (const { name, title, inputSchema, outputSchema, annotations } of wanted) {
    const tool = known.get(name);
    assert.ok(tool, `there is no ${name}`);
    assert.equal(tool.title, title);
    assert.deepEqual(bare(tool.inputSchema), bare(inputSchema), name);
    assert.deepEqual(bare(tool.outputSchema), bare(outputSchema), name);
    assert.deepEqual(tool.annotations, annotations, name);
  }
  for (let i = 0; i < CALLS; i++) {
    const name = pick(OFTEN);
    const call = { name, arguments: CALL[name]() };
    const expected = comparable(await theirs.callTool(call));
    assert.deepEqual(comparable(await ours.callTool(call)), expected, `call ${i}: ${JSON.stringify(call)}`);
  }
  console.log(`like the reference: ${wanted.length} tools, ${CALLS} calls`);
} finally {
  await ours.close();
  await theirs.close();
  rmSync(directory, { recursive: true });
}
