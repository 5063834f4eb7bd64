// Runs in a page whose policy forbids `eval` and everything like it.
import { createDecoder } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';

const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (violation) => violations.push(violation.violatedDirective));

const decode = createDecoder(laravelPos);
const channel = 'private-store.pizza-bab-el-oued.kds';
const envelope = { v: 1, event: 'KdsTicketUpdated', event_id: 'a', seq: 1, data: { ticket_id: 1, status: 'ready' } };
const frames = [envelope, { ...envelope, data: { ticket_id: 'one' } }];
const kinds = frames.map((payload) => decode({ channel, name: payload.event, payload: JSON.stringify(payload) }).kind);

// Reports of violations are queued as tasks; one more turn lets them come before the result.
const turn = new MessageChannel();
turn.port1.addEventListener('message', () => parent.postMessage({ kinds, violations }, '*'));
turn.port1.start();
turn.port2.postMessage('now');
