import type { SignalOf } from '../signals.ts';

/** W10: somebody wants to know who is in a channel, and nobody says it. */
export const untoldSignal = (channel: string): SignalOf<'config'> => ({
  kind: 'config',
  because: 'presence-untold',
  channel,
  remediation:
    'Nobody says who is in this channel. docs/transports.md has what a transport and its server need for it.',
});
