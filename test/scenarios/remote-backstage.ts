// In a page: the other side of the device, which is in another process.
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import type { BackstageStep, ScenarioBackstage, Strike } from '../../src/testing/scenarios/stage.ts';
import type { Wire } from './house.ts';

/** What a page can ask for. */
export type Order =
  | { readonly kind: 'open'; readonly wire: Wire; readonly scenario: Scenario }
  | { readonly kind: 'publish'; readonly id: number; readonly labels: readonly string[] }
  | { readonly kind: 'act'; readonly id: number; readonly step: BackstageStep }
  | { readonly kind: 'effects' | 'strikes' | 'close'; readonly id: number };

export interface Opened {
  readonly id: number;
  /** Where the device connects. */
  readonly url: string;
}

export interface RemoteBackstage extends ScenarioBackstage {
  readonly url: string;
  close(): Promise<void>;
}

export async function openBackstage(at: string, wire: Wire, scenario: Scenario): Promise<RemoteBackstage> {
  async function order<Result>(what: Order): Promise<Result> {
    const answer = await fetch(at, { method: 'POST', body: JSON.stringify(what) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text) as Result;
  }

  const { id, url } = await order<Opened>({ kind: 'open', wire, scenario });
  return {
    url,
    publish: (labels) => order({ kind: 'publish', id, labels }),
    act: (step) => order({ kind: 'act', id, step }),
    effects: () => order<readonly string[]>({ kind: 'effects', id }),
    strikes: () => order<readonly Strike[]>({ kind: 'strikes', id }),
    pass: () => Promise.resolve(),
    close: () => order({ kind: 'close', id }),
  };
}
