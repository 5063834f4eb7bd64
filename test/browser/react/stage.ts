// A kitchen, a client of it and a place on the page: what a screen is in these tests. React is 19 or 18, as the project says.
import { act, Component, createElement, Fragment, StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { onTestFinished, vi } from 'vitest';
import { createHooks } from '../../../src/react/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { createKitchen, wire, type Kitchen } from '../../client/kitchen.ts';
import type { Hooks } from '../../../src/react/index.ts';
import type { LaravelPos } from '../../../src/contracts/laravel-pos/spec.ts';
import type { Client } from '../../../src/surface.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export const kds: Hooks<LaravelPos, 'kds'> = createHooks(laravelPos, 'kds');
export const pos: Hooks<LaravelPos, 'pos'> = createHooks(laravelPos, 'pos');

export interface Stage {
  readonly box: HTMLElement;
  show(element: ReactNode): Promise<void>;
  /** The same, and React finishes it when it likes. */
  begin(element: ReactNode): void;
  unmount(): Promise<void>;
  /** What a person reads. */
  text(): string;
}

export function createStage({ strict = false }: { readonly strict?: boolean } = {}): Stage {
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  const begin = (element: ReactNode): void =>
    root.render(createElement(strict ? StrictMode : Fragment, undefined, element));
  let isOver = false;
  const stage: Stage = {
    box,
    begin,
    show: (element) => act(async () => begin(element)),
    async unmount() {
      if (isOver) return;
      isOver = true;
      await act(async () => root.unmount());
      box.remove();
    },
    text: () => box.textContent ?? '',
  };
  onTestFinished(stage.unmount);
  return stage;
}

type Fields = Readonly<Record<string, unknown>>;

/** Lets time pass in the kitchen, and React do what follows from it. */
export const pass = (kitchen: Kitchen, ms: number): Promise<void> => act(() => kitchen.host.pass(ms));

export const ticket = (id: number, fields: Fields = {}): Fields & { readonly id: number } => ({
  id,
  order_id: id,
  number: `T${id}`,
  status: 'in_preparation',
  station: 'grill',
  items: [],
  updated_at: '2026-01-01T00:00:00Z',
  ...fields,
});

/** A kitchen display that shows these tickets. */
export async function openKitchen(tickets: readonly { readonly id: number }[] = []): Promise<{
  readonly kitchen: Kitchen;
  readonly client: Client<LaravelPos, 'kds'>;
}> {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', [...tickets]);
  const client = kitchen.client('kds');
  await client.start();
  await kitchen.host.pass(1_000);
  onTestFinished(() => client.dispose());
  return { kitchen, client };
}

/** The kitchen says so. */
export const update = (kitchen: Kitchen, id: number, status: string): Promise<void> =>
  act(async () => {
    const at = new Date(kitchen.host.clock.wallMs()).toISOString();
    kitchen.publish(wire('kds'), 'KdsTicketUpdated', { ticket_id: id, status, at });
    await kitchen.host.pass(20);
  });

export const create = (kitchen: Kitchen, id: number, fields: Fields = {}): Promise<void> =>
  act(async () => {
    kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(id, fields) });
    await kitchen.host.pass(20);
  });

/** Inside of an error boundary, which shows "failed". React says the same on the console, which is no news. */
export function guarded(children: ReactNode, told: unknown[]): ReactNode {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => quiet.mockRestore());
  return createElement(Boundary, { tell: (error) => void told.push(error) }, children);
}

class Boundary extends Component<{ readonly children?: ReactNode; readonly tell: (error: unknown) => void }> {
  override state = { hasFailed: false };
  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }
  override componentDidCatch(error: unknown): void {
    this.props.tell(error);
  }
  override render(): ReactNode {
    return this.state.hasFailed ? 'failed' : this.props.children;
  }
}

/** React decides when it works, as it does for users; `act` would have it finish whatever it begins. */
export async function asInProduction(story: () => Promise<void>): Promise<void> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  try {
    await story();
  } finally {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  }
}

export { createKitchen, wire };
