import { onTestFinished } from 'vitest';
import { serve, type TestSockets, type TestSocketsOptions } from './server.ts';

/** A server for as long as one test. */
export async function listen(options?: TestSocketsOptions): Promise<TestSockets> {
  const server = await serve(options);
  onTestFinished(() => server.stop());
  return server;
}
