// Mistakes that somebody could make in what drives the machines, as changes of the source. Each has to be noticed by the
// checker; one that does not apply any more has to be written anew.
export interface Mutation {
  readonly name: string;
  /** Under `src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Only seeds with orders can show it. */
  readonly isOfOrders?: true;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'the driver counts an event as handled before its handler’s promise is settled',
    file: 'core/session/channel-stream.ts',
    from: 'handling.then(over, over);',
    to: 'over();',
  },
  {
    name: 'the driver marks nothing as redelivered',
    file: 'core/session/channel-stream.ts',
    from: 'const redelivered = seq !== undefined',
    to: 'const redelivered = false && seq !== undefined',
  },
  {
    name: 'an event is laid over the row as it was when the event came',
    file: 'core/session/channel-stream.ts',
    from: 'known.value === before ? rowValue : { ...known.value, ...fields }',
    to: 'rowValue ?? known.value',
  },
  {
    name: 'what an event said that could not be read is never looked for',
    file: 'core/stream/delivery.ts',
    from: '    lookForWhatItSaid(s, true, turn);\n    return',
    to: '    return',
  },
  {
    name: 'what is laid over a hole, or behind an event that could not be read, is taken for the whole row',
    file: 'core/stream/delivery.ts',
    from: "const mayLack = isBlind || continuity === 'unproven' || s.brokenLookAtMs !== Number.POSITIVE_INFINITY;",
    to: 'const mayLack = false;',
  },
  {
    name: 'what was stored of a row is taken for the whole after a restart',
    file: 'core/session/records.ts',
    from: "isPart: value['part'] === true,",
    to: 'isPart: false,',
  },
  {
    name: 'handlers hear on after stop',
    file: 'core/session/channel-stream.ts',
    from: "dispatch({ kind: 'stop' });",
    to: 'isOver = false;',
  },
  {
    name: 'the keeper takes a commit for stored when it has failed',
    file: 'core/session/keeper.ts',
    from: 'pending = writes;',
    to: 'void writes;',
  },
  {
    name: 'the keeper does not give back the ids that were handled',
    file: 'core/session/keeper.ts',
    from: "await database.read('seen')",
    to: '[]',
  },
  {
    name: 'inbound lets events of other stores in',
    file: 'core/session/inbound.ts',
    from: 'if (foreign === undefined)',
    to: 'if (foreign === undefined || true)',
  },
  {
    name: 'the joiner says joined before the server does',
    file: 'core/channels/joiner.ts',
    from: 'guarded(() => linkOf(effect.generation)?.join(wire, credential));',
    to: 'guarded(() => linkOf(effect.generation)?.join(wire, credential)); dispatch({ to: wire, input: { kind: "joined", generation: effect.generation, details: undefined } });',
  },
  {
    name: 'reads take the first page of a log for all of it',
    file: 'core/session/reads.ts',
    from: 'hasMore: page.hasMore,',
    to: 'hasMore: false,',
  },
  {
    name: 'reads take the first page of a list for all of it',
    file: 'core/session/reads.ts',
    from: 'cursor = page.next;',
    to: 'cursor = undefined;',
  },
  {
    name: 'the session reads before it is in',
    file: 'core/channels/joiner.ts',
    from: 'advanceAll(up(next));',
    to: 'advanceAll(up(next)); for (const wire of channels.keys()) guarded(() => listener.joined(wire, next.generation, undefined));',
  },
  {
    name: 'a channel that was denied once is never read again',
    file: 'core/session/channel-stream.ts',
    from: 'isDenied = denied;',
    to: 'isDenied ||= denied;',
  },
  {
    name: 'a dead connection is believed in',
    file: 'core/connection/settings.ts',
    from: 'pingAfterMs: 15_000',
    to: 'pingAfterMs: 90_000',
  },
  {
    name: 'a question that hangs is never given up',
    file: 'core/api/wait-for.ts',
    from: "const release = host.schedule(limitMs, () => end({ kind: 'timeout' }));",
    to: 'const release = (): void => void limitMs;',
  },
  {
    name: 'the keeper stores no cursor and no mark',
    file: 'core/session/keeper.ts',
    from: 'for (const [list, { asOf, tombstones }] of commit.marks) {',
    to: 'pending.put("cursors", wire, undefined); for (const [list, { asOf, tombstones }] of []) {',
  },
  {
    name: 'the keeper forgets that the last run has ended well',
    file: 'core/session/keeper.ts',
    from: 'if (isSettled && fence !== undefined) put(fence.table, fence.key, nobody);',
    to: 'void isSettled;',
  },
  {
    name: 'an event follows on whatever was before',
    file: 'core/stream/rules.ts',
    from: 'joins: (front, seq, previousSeq) => seq === front + 1 ||',
    to: 'joins: (front, seq, previousSeq) => seq > front ||',
  },
  {
    name: 'an older row goes over a newer one',
    file: 'core/stream/rows.ts',
    from: "typeof rowTold === 'number' && typeof version === 'number' ? version <= rowTold : version === rowTold;",
    to: 'rowTold === undefined && version === undefined;',
  },
  {
    name: 'what goes out behind a hole does not go out in order',
    file: 'core/stream/delivery.ts',
    from: 'const held: HeldEvent | undefined = s.held.shift();',
    to: 'const first = s.held.shift(); const held: HeldEvent | undefined = s.held.shift() ?? first; if (first !== undefined && held !== first) s.held.put(first);',
  },
  {
    name: 'an order is deleted before the server has answered',
    file: 'core/outbox/rules.ts',
    from: 'claimed: (record) => record,',
    to: 'claimed: () => undefined,',
    isOfOrders: true,
  },
  {
    name: 'mutate() resolves before the order is stored',
    file: 'core/outbox/machine.ts',
    from: 'storeNew(turn, item);\n      break;',
    to: "turn.effects.push({ kind: 'added', id: item.id }); storeNew(turn, item);\n      break;",
    isOfOrders: true,
  },
  {
    name: 'every attempt of an order has a key of its own',
    file: 'core/outbox/rules.ts',
    from: 'idempotencyKey: ({ id }) => id,',
    to: 'idempotencyKey: ({ id, attempts }) => `${id}-${attempts}`,',
    isOfOrders: true,
  },
  {
    name: 'an order that was refused for its token is dropped',
    file: 'core/outbox/rules.ts',
    from: 'keepsUnauthorised: true,',
    to: 'keepsUnauthorised: false,',
    isOfOrders: true,
  },
  {
    name: 'an order that was under way in a crash is taken for not sent',
    file: 'core/outbox/rules.ts',
    from: "afterRestart: (doubt) => doubt ?? 'silence',",
    to: 'afterRestart: (doubt) => doubt,',
    isOfOrders: true,
  },
  {
    name: 'channels are read before the orders are sent',
    file: 'core/session/session.ts',
    from: 'return drained.done;',
    to: 'return Promise.resolve();',
    isOfOrders: true,
  },
  {
    name: 'channels wait for the orders however long they take',
    file: 'core/stream/settings.ts',
    from: 'drainMs: 3_000,',
    to: 'drainMs: 300_000,',
    isOfOrders: true,
  },
  {
    name: 'what is open is forgotten after a while, too',
    file: 'core/session/forgetting.ts',
    from: '&& (deleted || isOver(key, value))',
    to: '',
  },
];
