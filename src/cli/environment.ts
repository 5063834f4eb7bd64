/** What the command takes from the process that runs it. */
export interface CommandEnvironment {
  version(): string;
  /** Where relative paths start. */
  readonly folder: string;
  /** Prints a line of stdout at once, for a command that goes on. */
  say(line: string): void;
  /** Whether somebody looks at stdout, in colours. */
  readonly isTerminal: boolean;
  /** Resolves when the process is asked to end. Until this is called, it ends at once. */
  ended(): Promise<void>;
}
