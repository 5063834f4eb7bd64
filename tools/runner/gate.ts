/** Something that must be true of the tree, and the command that shows whether it is. */
export interface Gate {
  readonly name: string;
  /** What is known once the gate has passed, in one sentence. */
  readonly proves: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  /** Belongs to `npm run test:fast`. Fast gates depend on nothing and may run side by side. */
  readonly fast?: boolean;
  /** Runs only with `--full`, or when named. */
  readonly fullOnly?: boolean;
  /** A gate that must have passed in the same run, because this one reads what it made. */
  readonly after?: string;
  /** Something the machine may lack. */
  readonly needs?: Need;
}

export type Need = 'chromium';

/** What a need adds to the environment of a gate, or why the machine cannot meet it. */
export type Provision =
  | { readonly met: true; readonly env: Readonly<Record<string, string>> }
  | { readonly met: false; readonly reason: string };

export interface Outcome {
  readonly gate: string;
  readonly seconds: number;
  readonly verdict: 'passed' | 'FAILED' | 'NOT RUN';
  /** Why the gate could not run, where it did not fail by itself. */
  readonly reason?: string;
  /** What a gate printed that failed by itself. */
  readonly output?: string;
}
