// An agent that keeps a graph of what it knows in NullBox's memory, by the Model Context Protocol's own SDK.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const memory = new Client({ name: 'librarian', version: '0.1.0' });
await memory.connect(new StreamableHTTPClientTransport(new URL(`${process.env.NULLBOX_MEMORY_URL}/mcp`)));

const { tools } = await memory.listTools();
console.log(`memory has ${tools.length} tools`);

await call('create_entities', {
  entities: [{ name: 'NullBox', entityType: 'appliance', observations: ['runs each agent in a microVM of its own'] }],
});
const found = await call('search_nodes', { query: 'microVM' });
console.log(`remembered: ${found.entities.map(({ name, observations }) => `${name} ${observations[0]}`).join('; ')}`);
await memory.close();

/** The result of one of memory's tools; its text is for a model, the structured content for programs. */
async function call(name, args) {
  const result = await memory.callTool({ name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}
