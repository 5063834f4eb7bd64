import type { OutboxSignal } from '../outbox/signal.ts';
import type { Signal } from '../signals.ts';
import { storageRemediation } from './keeper.ts';

/** What the outbox tells, in the words of the client. */
export function signalOf(told: OutboxSignal): Signal {
  switch (told.kind) {
    case 'parked':
      return told;
    case 'config':
      return { kind: 'config', because: told.because, channel: undefined, remediation: told.remediation };
    case 'storage':
      return { kind: 'storage', fault: told.fault, remediation: storageRemediation(told.fault) };
    case 'stopped':
    case 'went-on':
      return { kind: 'outbox', what: told.kind, because: told.because, id: undefined };
    case 'stuck':
      return { kind: 'outbox', what: told.kind, because: told.at, id: told.id };
    case 'answer-misfit':
      return { kind: 'outbox', what: told.kind, because: told.because.join('; '), id: told.id };
    case 'untouched':
  }
  return { kind: 'outbox', what: told.kind, because: told.because, id: told.key };
}
