import type { MutationDefinition } from '../../contract/mutation.ts';
import type { Host, Release } from '../../host/host.ts';
import type { OutgoingMessage } from '../../transports/transport.ts';
import type { SocketAnswer } from './answer.ts';
import type { FrozenRequest } from './record.ts';

/** The connection, as far as mutations use it. */
export interface OutboxSocket {
  /** `channel` is the contract's name for it. False: it was not sent, because there is no connection. */
  send(message: OutgoingMessage): boolean;
  /** Every event that reaches this device, live or caught up: an effect may show before its acknowledgement does. */
  onEvent(listener: (event: { readonly name: string; readonly data: unknown }) => void): Release;
}

interface Carriage {
  readonly host: Host;
  readonly socket: OutboxSocket;
  readonly definition: MutationDefinition;
  readonly request: Extract<FrozenRequest, { carrier: 'socket' }>;
  readonly input: unknown;
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
}

/** O41: sends, and waits for whatever the contract takes for a confirmation. Leaves no timer and no listener. */
export function carryBySocket({
  host,
  socket,
  definition,
  request,
  input,
  signal,
  report,
}: Carriage): Promise<SocketAnswer> {
  const { carrier } = definition;
  if (carrier.kind !== 'socket') return Promise.resolve({ kind: 'not-sent' });
  const { acknowledgement, event, timeoutMs } = carrier.confirmBy;
  return new Promise((resolve) => {
    const releases: Release[] = [];
    let over = false;
    const end = (answer: SocketAnswer): void => {
      if (over) return;
      over = true;
      for (const release of releases) release();
      resolve(answer);
    };
    const guarded = <Result>(call: () => Result): Result | undefined => {
      try {
        return call();
      } catch (error) {
        report(error);
        return undefined;
      }
    };

    releases.push(host.schedule(timeoutMs, () => end({ kind: 'unconfirmed' })));
    const onAbort = (): void => end({ kind: 'unconfirmed' });
    signal.addEventListener('abort', onAbort);
    releases.push(() => signal.removeEventListener('abort', onAbort));
    if (event !== undefined) {
      // Listened to before it is sent: the event may come from within `send`.
      const listening = socket.onEvent(({ name, data }) => {
        if (name === event.name && guarded(() => event.matches(input, data)) === true) end({ kind: 'confirmed' });
      });
      releases.push(listening);
    }
    const sent = guarded(() =>
      socket.send({
        channel: request.channel,
        name: request.message,
        payload: JSON.parse(request.body) as unknown,
        ...(acknowledgement !== 'never' && { acknowledged: (body: unknown) => end({ kind: 'acknowledged', body }) }),
      }),
    );
    if (sent === false) end({ kind: 'not-sent' });
    // Ended within `send` or before: what was pushed since has to be released, too.
    if (over) for (const release of releases) release();
  });
}
