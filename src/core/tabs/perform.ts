// What tabs ask for, themselves or of each other, is done by the session of the one that leads.
import type { Settled } from '../outbox/handles.ts';
import type { Session } from '../session/session.ts';
import type { Args, Call, CallName, Result } from './messages.ts';

/** Waits for the end of a mutation, and tells it. */
type Follow = (id: string, settled: Promise<Settled>) => void;
type Deed<Name extends CallName> = (
  session: Session,
  args: Args<Name>,
  follow: Follow,
) => Result<Name> | Promise<Result<Name>>;

const deeds: { readonly [Name in CallName]: Deed<Name> } = {
  mutate: async (session, [id, name, input], follow) => follow(id, (await session.enqueue(name, input, id)).settled),
  rebase: async ({ outbox }, [former, id, input], follow) =>
    follow(id, (await outbox.rebase(former, input, id)).settled),
  watch: ({ outbox }, [id], follow) => follow(id, outbox.watch(id).settled),
  retry: ({ outbox }, [id], follow) => follow(id, outbox.retry(id).settled),
  discard: ({ outbox }, [id]) => outbox.discard(id),
  drain: ({ outbox }, [options]) => outbox.drain(options),
  drained: ({ outbox }) => outbox.drained(),
  refresh: (session) => session.refresh(),
  send: (session, [name, input]) => session.send(name, input),
  retryWork: ({ inbox }, [id]) => inbox.retry(id),
  discardWork: ({ inbox }, [id]) => inbox.discard(id),
  unfinished: (session) => session.unfinished(),
};

/** `settled` is told how a mutation ends that the call is about. */
export const perform = async <Name extends CallName>(
  session: Session,
  { name, args }: Call<Name>,
  settled: (id: string, settled: Settled) => void,
): Promise<unknown> => deeds[name](session, args, (id, ended) => void ended.then((how) => settled(id, how)));
