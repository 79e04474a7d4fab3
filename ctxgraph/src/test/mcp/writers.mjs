// node writers.mjs WAY URL CLIENTS FACTS: many clients add facts to one entity at once, and none is lost.
import assert from 'node:assert/strict';
import { connect } from './clients.mjs';

const [way, url, clients, facts] = process.argv.slice(2);
const connections = await Promise.all(Array.from({ length: Number(clients) }, () => connect(way, url)));
const name = `Shared ${way}`;
const wanted = [];

async function call(client, tool, args) {
  const result = await client.callTool({ name: tool, arguments: args });
  assert.ok(!result.isError, result.content[0].text);
  return result.structuredContent;
}

await Promise.all(
  connections.map(({ client }) =>
    call(client, 'create_entities', { entities: [{ name, entityType: 'test', observations: [] }] }),
  ),
);
await Promise.all(
  connections.map(async ({ client }, writer) => {
    for (let i = 0; i < Number(facts); i++) {
      const fact = `fact ${i} of ${writer}`;
      wanted.push(fact);
      await call(client, 'add_observations', { observations: [{ entityName: name, contents: [fact] }] });
    }
  }),
);
const { entities } = await call(connections[0].client, 'open_nodes', { names: [name] });
assert.equal(entities.length, 1);
assert.deepEqual([...entities[0].observations].sort(), wanted.sort());
await Promise.all(connections.map(({ client }) => client.close()));
console.log(`writers: ${wanted.length} facts by ${clients} clients`);
