import type { StoreFault } from '../../storage/store.ts';
import type { ParkCode } from './record.ts';

/** What an app has to know although it did not ask: nothing is lost in silence. */
export type OutboxSignal =
  | {
      readonly kind: 'parked';
      readonly id: string;
      readonly name: string;
      readonly code: ParkCode;
      readonly status: number | undefined;
      /** An attempt of it may have taken effect. */
      readonly mayHaveHappened: boolean;
    }
  /** Somebody has to look at how heard, the server or the network in between is set up. */
  | {
      readonly kind: 'config';
      readonly because: 'pages-instead-of-json' | 'blocked-request' | 'key-reused';
      readonly id: string;
      readonly name: string;
      readonly remediation: string;
    }
  | { readonly kind: 'stopped'; readonly because: 'unauthorised' | 'pages-instead-of-json' | 'fenced' }
  | { readonly kind: 'went-on'; readonly because: 'unauthorised' | 'pages-instead-of-json' }
  /** An outcome or a claim could not be written; it is tried again. */
  | { readonly kind: 'storage'; readonly id: string; readonly fault: StoreFault }
  /** It was under way for too long, and was begun anew. */
  | { readonly kind: 'stuck'; readonly id: string; readonly at: 'store' | 'server' | 'verification' | 'network' }
  /** It was done; what came with the answer does not fit its schema. */
  | { readonly kind: 'answer-misfit'; readonly id: string; readonly name: string; readonly because: readonly string[] }
  /** A record was found that is left as it is: it cannot be read, a newer heard wrote it, or it is somebody else's. */
  | { readonly kind: 'untouched'; readonly key: string; readonly because: 'corrupt' | 'newer' | 'other-principal' };

export const remediations: Readonly<Record<'pages-instead-of-json' | 'blocked-request' | 'key-reused', string>> = {
  'pages-instead-of-json':
    'Web pages came where JSON is promised. Check `api.baseUrl`, and whether a proxy or a login page stands before the server.',
  'blocked-request':
    'This request fails while others reach the server. In a browser look at CORS: its method, its headers and the path must be allowed; elsewhere, at a proxy or firewall that refuses it.',
  'key-reused':
    'The server knows this idempotency key with other content: its data or this device’s storage is damaged. Do not send it again before somebody has looked.',
};
