// Must not compile: the parameter has another name.
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

await createClient<paths>().POST('/v1/agent.start', { body: { agnet: 'coder' } });
