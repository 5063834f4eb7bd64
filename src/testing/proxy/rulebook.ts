// The faults that were asked for: which are still to come, and a line for each time one has happened. It alone changes them.
import type { Host } from '../../host/host.ts';
import { seededRandom } from '../fake-host.ts';
import { isFor, momentOf, type ActionKind, type FaultAction, type FaultRule, type Occasion } from './rule.ts';

/** One time that a fault has happened. */
export interface FiredFault {
  /** The rule's number, counted from 1; 0 for what was told to happen at once. */
  readonly rule: number;
  readonly kind: ActionKind;
  readonly on: Occasion['on'] | 'now';
  /** Connections are counted from 1. */
  readonly connection: number;
  readonly path?: string;
  readonly method?: string;
  readonly direction?: 'c2s' | 's2c';
  /** On the monotonic clock of the proxy's host. */
  readonly atMs: number;
}

/** A fault that was asked for. */
export interface StandingFault {
  readonly id: number;
  readonly rule: FaultRule;
  readonly fired: number;
  /** It never happens again. */
  remove(): void;
}

/** What is to happen, and chance for what is drawn in it: the same seed draws the same. */
export interface Due {
  readonly action: FaultAction;
  random(): number;
}

export interface Rulebook {
  add(rule: FaultRule): StandingFault;
  /** The first rule that is for this, if one is. Asking counts. */
  take(occasion: Occasion): Due | undefined;
  note(action: FaultAction, occasion: Omit<Occasion, 'on'>): void;
  readonly log: readonly FiredFault[];
  clear(): void;
}

export interface RulebookOptions {
  readonly host: Pick<Host, 'clock'>;
  readonly seed: number;
  readonly told: (fired: FiredFault) => void;
}

export function createRulebook({ host, seed, told }: RulebookOptions): Rulebook {
  const log: FiredFault[] = [];
  let standing: Standing[] = [];
  let nextId = 1;

  function write(rule: number, on: FiredFault['on'], { kind }: FaultAction, occasion: Omit<Occasion, 'on'>): void {
    const { connection, path, method, direction } = occasion;
    const fired: FiredFault = {
      rule,
      kind,
      on,
      connection,
      ...(path !== undefined && { path }),
      ...(method !== undefined && { method }),
      ...(direction !== undefined && { direction }),
      atMs: host.clock.monotonicMs(),
    };
    log.push(fired);
    told(fired);
  }

  return {
    add(rule) {
      const on = momentOf(rule);
      const id = nextId;
      nextId += 1;
      // Its own: what one rule draws does not depend on how often others were asked.
      const random = seededRandom(Math.imul(seed, 0x9e3779b1) + id);
      const one: Standing = { id, rule, on, random, fired: 0, left: rule.times ?? 1, toPass: rule.after ?? 0 };
      standing.push(one);
      return {
        id,
        rule,
        get fired() {
          return one.fired;
        },
        remove: () => void (standing = standing.filter((other) => other !== one)),
      };
    },
    take(occasion) {
      for (const one of standing) {
        const { rule } = one;
        if (one.left <= 0 || one.on !== occasion.on || !isFor(rule.match ?? {}, occasion)) continue;
        if (rule.chance !== undefined && one.random() >= rule.chance) continue;
        if (one.toPass > 0) {
          one.toPass -= 1;
          continue;
        }
        one.left -= 1;
        one.fired += 1;
        write(one.id, occasion.on, rule.action, occasion);
        return { action: rule.action, random: one.random };
      }
      return undefined;
    },
    note: (action, occasion) => write(0, 'now', action, occasion),
    log,
    clear() {
      standing = [];
    },
  };
}

interface Standing {
  readonly id: number;
  readonly rule: FaultRule;
  readonly on: Occasion['on'];
  readonly random: () => number;
  fired: number;
  left: number;
  toPass: number;
}
