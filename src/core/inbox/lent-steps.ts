// What changes of work that other pages do, as steps of the machine. They come with the tabs: who has one page does not carry them.
import type { InboxInput, Item, Moves, Turn } from './machine.ts';

type Step = Extract<InboxInput, { kind: 'lent' }>;

const waiting = { name: 'waiting' } as const;

/** No run of it has begun. One that rests between two keeps its place. */
const isUntouched = ({ state: { name } }: Item): boolean =>
  name === 'waiting' || name === 'behind' || name === 'claiming';

/** Somebody who does it is there, and has said in which lane. */
export const handled = (id: string, lane: string): Step => ({
  kind: 'lent',
  make: (turn, moves) => move(id, lane, turn, moves),
});

/** Nobody is. All in one step: what is behind the first of a lane must not begin when that one leaves. */
export const unhandled = (ids: readonly string[]): Step => ({
  kind: 'lent',
  make(turn, moves) {
    for (const id of ids) move(id, undefined, turn, moves);
  },
});

function move(id: string, lane: string | undefined, { state, rules }: Turn, { become, enter, itemOf }: Moves): void {
  const item = state.items.get(id);
  if (item === undefined || !isUntouched(item)) return;
  // Being claimed was counted, and nobody has begun it.
  const tries = item.tries - Number(item.state.name === 'claiming');
  const work = { ...item.work, lane: lane ?? item.work.lane, isHandled: lane !== undefined };
  become(item, 'gone', state);
  enter(itemOf(work, waiting, tries, item.redelivered, rules), state);
}

/** What was read back, in its order. `goesOn`: its run was never interrupted, and it is not told so. */
interface ReadBack {
  readonly id: string;
  readonly lane: string;
  readonly goesOn: boolean;
  readonly redelivered: boolean;
  readonly isClosed: boolean;
}

/** What runs in another page has the head of its lane, however late it came. */
export const goingOn = (all: readonly ReadBack[]): Step => ({
  kind: 'lent',
  make(turn, moves) {
    const { become, enter, itemOf } = moves;
    const those = all.flatMap((one) => {
      const item = turn.state.items.get(one.id);
      return item === undefined ? [] : [{ ...one, item }];
    });
    for (const { item } of those) become(item, 'gone', turn.state);
    for (const one of those.filter(({ goesOn }) => goesOn)) runOn(one, turn, moves);
    for (const { item, lane } of those.filter(({ goesOn }) => !goesOn))
      enter(itemOf({ ...item.work, lane }, waiting, item.tries, item.redelivered, turn.rules), turn.state);
  },
});

function runOn(
  { item, lane, redelivered, isClosed }: ReadBack & { readonly item: Item },
  { state, moment, settings, rules }: Turn,
  { become, enter, itemOf }: Moves,
): void {
  const on = itemOf({ ...item.work, lane, isHandled: true }, waiting, item.tries, redelivered, rules);
  on.isClosed = isClosed;
  enter(on, state);
  become(on, { name: 'running', untilMs: moment.nowMs + settings.runMs }, state);
}

/** This page has nothing to say about it any more: whoever leads next takes it over as it is. */
export const handedOver = (id: string): Step => ({
  kind: 'lent',
  make({ state }, { become }) {
    const item = state.items.get(id);
    if (item !== undefined) become(item, 'gone', state);
  },
});
