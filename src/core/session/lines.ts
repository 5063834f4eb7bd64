// Signals as lines of a log: names, ids and numbers.
import type { Signal } from '../signals.ts';
import { errorName, type LogFields, type LogLevel } from './log.ts';

export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Partial<LogFields>;
}

export function lineOf(signal: Signal): Line {
  switch (signal.kind) {
    case 'gap': {
      const { channel, from, to, as } = signal;
      return line(as === 'lost' ? 'error' : 'warn', 'positions were skipped', { channel, from, to, reason: as });
    }
    case 'resync':
      return line('warn', 'the channel is read anew', { channel: signal.channel, reason: signal.reason });
    case 'continuity': {
      const { channel, continuity, reason, replayed } = signal;
      const level = continuity === 'kept' ? 'info' : 'warn';
      return line(level, 'caught up', { channel, status: continuity, reason, count: replayed });
    }
    case 'quarantined': {
      const { channel, name, because, digest, bytes, seq, id } = signal;
      const fields = { channel, event: name, reason: because, digest, bytes, seq, eventId: id };
      return line('error', 'something could not be read and was set aside', fields);
    }
    case 'denied':
      return line('error', 'this device may not hear a channel', { channel: signal.channel, reason: signal.reason });
    case 'handler':
      return signal.because === 'slow'
        ? line('warn', 'a handler takes very long', {
            channel: signal.channel,
            event: signal.name,
            eventId: signal.id,
          })
        : line('error', 'a handler threw', {
            channel: signal.event.channel,
            event: signal.event.name,
            eventId: signal.event.id,
            seq: signal.event.seq,
            ...(signal.event.correlationId !== undefined && { correlationId: signal.event.correlationId }),
            error: errorName(signal.error),
          });
    case 'deadLetter': {
      const { channel, name, eventId, tries, mayHaveRun } = signal;
      const reason = mayHaveRun ? 'was interrupted, or does not stop: it may have been done' : 'failed too often';
      return line('error', 'work was given up', { channel, event: name, eventId, count: tries, reason });
    }
    case 'parked': {
      const { name, code, status, id } = signal;
      return line('error', 'a mutation waits for a person', {
        event: name,
        correlationId: id,
        reason: code,
        code: status,
      });
    }
    case 'drained':
      return line('info', 'what was queued was sent', { count: signal.sent, ms: signal.durationMs });
    case 'outbox': {
      const { what, because, id } = signal;
      return line('warn', 'the outbox', {
        status: what,
        reason: because,
        ...(id !== undefined && { correlationId: id }),
      });
    }
    case 'overflow':
      return line('warn', 'too much waits and is read again', { channel: signal.channel });
    case 'anomaly':
      return line('warn', 'one event came with two positions', {
        channel: signal.channel,
        eventId: signal.id,
        seq: signal.seq,
      });
    case 'storage':
      return line('error', 'the storage failed', { reason: signal.fault });
    case 'clock':
      return line('warn', 'the clocks of device and server differ', { ms: signal.offsetMs });
    case 'security': {
      const { channel, because, name, field } = signal;
      return line('error', 'an event was dropped', {
        channel,
        event: name,
        reason: `${because} ${field ?? ''}`.trim(),
      });
    }
    case 'config':
      return line('error', 'somebody has to set something up', { channel: signal.channel, reason: signal.because });
    case 'server-error':
      return line('warn', 'the server reported an error', {
        channel: signal.channel,
        event: signal.name,
        reason: signal.code,
      });
    case 'callback':
  }
  return line('error', 'a callback of the app failed', { error: errorName(signal.error) });
}

const line = (level: LogLevel, message: string, fields: Partial<LogFields>): Line => ({ level, message, fields });
