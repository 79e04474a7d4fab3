// node session.mjs WAY URL: the methods of the store, resources, subscriptions and errors, as a client sees them.
import assert from 'node:assert/strict';
import { connect } from './clients.mjs';

const [way, url] = process.argv.slice(2);
const WAIT_MS = 20_000;
const connection = await connect(way, url);
const { client, transport } = connection;
const revision = connection.revision();
const STATELESS = revision === '2026-07-28';

async function call(name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
  return result.structuredContent;
}

async function refused(name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true, name);
  return { text: result.content[0].text, ...result._meta['dev.nullbox/error'] };
}

async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing in ${WAIT_MS} ms`)), WAIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

// Put, get, history, compare and set, delete.
const first = await call('put', { key: 'notes', value: { text: 'the kettle boils', n: 1.5 } });
assert.match(first.id, /^[0-9a-f]{64}$/);
const got = await call('get', { key: 'notes' });
assert.deepEqual(got.value, { text: 'the kettle boils', n: 1.5 });
assert.equal(got.id, first.id);
assert.equal(got.seq, first.seq);
assert.deepEqual((await call('get', { id: first.id })).value, got.value);
const second = await call('compare_and_set', { key: 'notes', value: 'second', expect: first.id });
assert.ok(second.seq > first.seq);
const stale = await refused('compare_and_set', { key: 'notes', value: 'third', expect: first.id });
assert.equal(stale.detail, 'HEAD');
assert.equal((await refused('compare_and_set', { key: 'notes', value: 'third', expect: null })).detail, 'HEAD');
assert.equal((await call('head', { key: 'notes' })).seq, second.seq);
const history = await call('history', { key: 'notes' });
assert.deepEqual(history.entries.map((entry) => entry.seq), [second.seq, first.seq]);
await call('put', { key: 'other', value: 2 });
const keys = (await call('list', {})).entries.map((entry) => entry.key.replace(/^.*\//, ''));
assert.ok(keys.includes('notes') && keys.includes('other'), keys.join());
await call('put', { key: 'tea', value: 'a cup of darjeeling', vector: [1, 0, 0.5] });
for (const query of [{ text: 'darjeeling' }, { text: 'darj*', prefix: 'ada/' }, { vector: [2, 0, 1], max: 1 }]) {
  const { hits } = await call('search', query);
  assert.equal(hits.length, 1);
  assert.match(hits[0].key, /tea$/);
}
assert.deepEqual((await call('search', { text: 'darjeeling', not_influenced_by: ['ada'] })).hits, []);
await call('delete', { key: 'notes' });
assert.equal((await refused('get', { key: 'notes' })).kind, 'NOT_FOUND');

// A value in chunks, of which only what this agent has put becomes part of one.
const halves = ['first half, ', 'second half'].map((text) => Buffer.from(text).toString('base64'));
const chunks = [];
for (const data of halves) chunks.push((await call('put_chunk', { data })).chunk);
const film = await call('put_blob', { key: 'film', blob: { chunks, type: 'text/plain' } });
assert.equal((await call('head', { key: 'film' })).kind, 'blob');
for (const [index, data] of halves.entries()) {
  assert.deepEqual(await call('get_chunk', { id: film.id, index }), { data, chunks: 2, size: 23 });
}
assert.equal((await refused('get_chunk', { id: film.id, index: 2 })).field, 'index');
assert.equal((await refused('put_blob', { key: 'f', blob: { chunks: ['0'.repeat(64)] } })).detail, 'CHUNK');

// What is wrong with arguments is told by the field's name.
assert.deepEqual(await refused('put', { value: 1 }), {
  text: 'key: is missing',
  kind: 'INVALID_PARAMS',
  detail: 'MISSING',
  field: 'key',
});
assert.equal((await refused('put', { key: 'k', value: 1, agent: 'bob' })).field, 'agent');
assert.equal((await refused('history', { key: 'k', max: 1001 })).field, 'max');
const nested = { entities: [{ name: 'a', entityType: 't', observations: ['x', 7] }] };
assert.equal((await refused('create_entities', nested)).field, 'entities[0].observations[1]');
await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), { code: -32602 });
await assert.rejects(client.readResource({ uri: 'memory://keys/nothing' }), { code: STATELESS ? -32602 : -32002 });

// Resources, and being told of changes.
const resources = (await client.listResources()).resources;
assert.deepEqual(resources.map((resource) => resource.uri), ['memory://knowledge-graph']);
assert.equal((await client.listResourceTemplates()).resourceTemplates[0].uriTemplate, 'memory://keys/{+key}');
const { contents } = await client.readResource({ uri: 'memory://keys/other' });
assert.equal(contents[0].text, '2');
const awaited = new Map();
const heardOf = (uri) => new Promise((resolve) => awaited.set(uri, resolve));
connection.onUpdate((uri) => awaited.get(uri)?.());
const GRAPH = 'memory://knowledge-graph';
const KEY = 'memory://keys/watched';
let subscription;
if (STATELESS) {
  subscription = await client.listen({ resourceSubscriptions: [GRAPH, KEY], toolsListChanged: true });
  assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [GRAPH, KEY] });
} else {
  await client.subscribeResource({ uri: GRAPH });
  await client.subscribeResource({ uri: KEY });
  await assert.rejects(client.subscribeResource({ uri: 'file:///etc/passwd' }), { code: -32602 });
}
const graphChanged = heardOf(GRAPH);
const entities = [{ name: `Seen ${way}`, entityType: 'test', observations: [] }];
assert.ok(!(await client.callTool({ name: 'create_entities', arguments: { entities } })).isError);
await within(graphChanged, GRAPH);
const keyChanged = heardOf(KEY);
await call('put', { key: 'watched', value: way });
await within(keyChanged, KEY);

// A session ends when its client says so, and is not known any more; requests that stand alone have none.
if (STATELESS) {
  await subscription.close();
  assert.equal(transport.sessionId, undefined);
} else {
  const id = transport.sessionId;
  assert.match(id, /^[0-9a-f]{32}$/);
  await client.ping();
  await transport.terminateSession();
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const after = await fetch(url, { method: 'POST', headers: { ...headers, 'Mcp-Session-Id': id }, body });
  assert.equal(after.status, 404);
}
await client.close();
console.log(`session: ${revision}`);
