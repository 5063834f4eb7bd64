// A backend that is made of a contract alone, for contracts that have no tables here, somebody's own among them: one token
// that may everything, channels to hear, the endpoint that signs them, and `POST /emit` to tell an event.
import { createRouter } from '../contract/routing.ts';
import { validate } from '../contract/schema.ts';
import { channelSigner } from '../emit/http/channel-signature.ts';
import { createEmitter } from '../emit/index.ts';
import type { Contract, ContractData, ContractSpec } from '../contract/contract.ts';
import { isHeardError } from '../errors.ts';
import { isRecord, readJson } from '../lib/json.ts';
import type { Backend, BackendSeams, Caller, CreateBackend } from './backend.ts';
import { json, message } from './http/answers.ts';

export const developmentToken = 'dev-token';
const developer: Caller = { id: 'developer', abilities: [], scope: {} };

export const contractBackend =
  (contract: ContractData): CreateBackend =>
  ({ publisher, log, time, app }) => {
    const routeOf = createRouter(contract);
    const { auth, transports } = contract.connection;
    const emitter = createEmitter(contract as Contract<ContractSpec>, { publisher, log, time });

    async function fetch(request: Request): Promise<Response | undefined> {
      const { pathname } = new URL(request.url);
      if (request.method !== 'POST') return undefined;
      if (pathname === '/emit') return emit(await bodyOf(request));
      return app !== undefined && auth.kind === 'channel' && pathname === auth.endpoint
        ? sign(request, app)
        : undefined;
    }

    async function emit(body: Readonly<Record<string, unknown>>): Promise<Response> {
      const { event, scope = {}, data = {}, id } = body;
      if (typeof event !== 'string' || !isRecord(scope)) {
        return message(422, 'Say which event, of whom, and its data: { "event": …, "scope": {…}, "data": {…} }.');
      }
      try {
        // Emitting looks at what it is given, as it has to.
        const emitted = await emitter.emit(event as never, {
          scope,
          data: data as never,
          ...(typeof id === 'string' && { id }),
        });
        return json(201, { id: emitted.id, positions: emitted.positions });
      } catch (error) {
        if (!isHeardError(error)) throw error;
        return json(422, { message: error.message, remediation: error.remediation });
      }
    }

    async function sign(request: Request, app: NonNullable<BackendSeams['app']>): Promise<Response> {
      if (callerOf(tokenOf(request)) === undefined) return message(401, 'Unauthenticated.');
      const { socket_id: socketId, channel_name: channel } = await bodyOf(request);
      if (typeof socketId !== 'string' || typeof channel !== 'string') return message(422, 'No socket or no channel.');
      if (routeOf(channel) === undefined) return message(403, 'There is no such channel.');
      const channelData = channel.startsWith('presence-') ? JSON.stringify({ user_id: developer.id }) : undefined;
      return json(200, {
        auth: await channelSigner(app)({ socketId, channel, channelData }),
        ...(channelData !== undefined && { channel_data: channelData }),
      });
    }

    const callerOf: Backend['callerOf'] = (token) => (token === developmentToken ? developer : undefined);
    const needsToken = auth.kind === 'handshake' && transports.includes('socket-io');

    return {
      contract,
      devices: [...contract.roles.keys()].map((role) => ({
        of: 'anybody, who may everything',
        role,
        ...(validate(contract.scope, {}).ok && { scope: {} }),
        ...(auth.kind !== 'none' && { token: developmentToken }),
      })),
      fetch,
      callerOf,
      mayHear: () => true,
      connected: ({ auth: { token } }) =>
        needsToken && token !== developmentToken ? { refused: 'Authentication error' } : undefined,
      restore: () => Promise.resolve(),
    };
  };

const tokenOf = (request: Request): string | undefined =>
  /^bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];

/** JSON, or the form that pusher-js sends. */
async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await request.text();
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  const reading = readJson(text);
  return reading.ok && isRecord(reading.value) ? reading.value : {};
}
