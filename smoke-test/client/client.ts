// An operator's program over types made from the appliance's own OpenAPI document: starts and stops an agent.
// node client.js PORT CREDENTIALS AGENT
import { readFileSync } from 'node:fs';
import createClient from 'openapi-fetch';
import { Agent, Request, fetch } from 'undici';
import type { paths } from './api.js';

const [port, credentials, agent] = process.argv.slice(2);
if (!port || !credentials || !agent) throw new Error('usage: client.js PORT CREDENTIALS AGENT');

const dispatcher = new Agent({
  connect: {
    ca: readFileSync(`${credentials}/ca.pem`),
    pfx: readFileSync(`${credentials}/client.p12`),
    passphrase: 'nullbox',
    servername: 'nullbox',
  },
});
const client = createClient<paths>({
  baseUrl: `https://127.0.0.1:${port}`,
  Request: Request as unknown as typeof globalThis.Request,
  fetch: (request) => fetch(request as unknown as Request, { dispatcher }) as unknown as Promise<Response>,
});

const status = await client.POST('/v1/nulld.status');
console.log('state', status.data?.state);
const started = await client.POST('/v1/agent.start', { body: { agent } });
console.log('started', started.response.status, started.error?.code ?? '');
const stopped = await client.POST('/v1/agent.stop', { body: { agent } });
console.log('stopped', stopped.response.status, stopped.error?.code ?? '');
const nobody = await client.POST('/v1/agent.start', { body: { agent: 'nobody' } });
console.log('nobody', nobody.response.status, nobody.error?.code, nobody.error?.field);
await dispatcher.close();
