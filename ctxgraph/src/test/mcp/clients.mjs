// Connects the official clients to the server under test, and one to the reference server.
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { fileURLToPath } from 'node:url';

const INFO = { name: 'nullbox-test', version: '1' };

/** Each way to speak: the revision that must come out of it, and how to connect. */
const WAYS = {
  // Version 2 of the SDK, requests that stand alone.
  modern: { revision: '2026-07-28', connect: (url) => version2(url, { mode: { pin: '2026-07-28' } }) },
  // The same, finding out by itself what the server speaks.
  auto: { revision: '2026-07-28', connect: (url) => version2(url, { mode: 'auto' }) },
  // Version 2 of the SDK as it is without options: with a session.
  session: { revision: '2025-11-25', connect: (url) => version2(url, undefined) },
  // Version 1 of the SDK, which most clients have.
  older: { revision: '2025-11-25', connect: version1 },
};

async function version2(url, versionNegotiation) {
  const client = new Client2(INFO, { capabilities: {}, versionNegotiation });
  const transport = new Http2(new URL(url));
  await client.connect(transport);
  return {
    client,
    transport,
    revision: () => client.getNegotiatedProtocolVersion(),
    onUpdate: (heard) => client.setNotificationHandler('notifications/resources/updated', (n) => heard(n.params.uri)),
  };
}

async function version1(url) {
  const client = new Client1(INFO, { capabilities: {} });
  const transport = new Http1(new URL(url));
  await client.connect(transport);
  return {
    client,
    transport,
    revision: () => transport.protocolVersion,
    onUpdate: (heard) => client.setNotificationHandler(ResourceUpdatedNotificationSchema, (n) => heard(n.params.uri)),
  };
}

/** A client of the server under test. */
export async function connect(way, url) {
  const { revision, connect } = WAYS[way];
  const connection = await connect(url);
  if (connection.revision() !== revision) {
    throw new Error(`${way}: speaks ${connection.revision()}, not ${revision}`);
  }
  return connection;
}

/** A client of the reference server, which keeps its graph in the file. */
export async function reference(file) {
  const server = new URL('node_modules/@modelcontextprotocol/server-memory/dist/index.js', import.meta.url);
  const client = new Client1(INFO, { capabilities: {} });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [fileURLToPath(server)],
      env: { MEMORY_FILE_PATH: file },
      stderr: 'ignore',
    }),
  );
  return client;
}
