// Faults over HTTP: POST, GET and DELETE of /_dev/faults, for tests in another process or another language.
import { isHeardError } from '../../errors.ts';
import { readJson } from '../../lib/json.ts';
import { json, message } from '../http/answers.ts';
import type { Fault } from './fault.ts';
import type { Faults } from './faults.ts';

const path = '/_dev/faults';

/** `undefined`: not one of its paths. */
export async function answerAboutFaults(faults: Faults, request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (pathname === path) {
    if (request.method === 'GET') return json(200, { faults: faults.list() });
    if (request.method === 'POST') return add(faults, request);
    if (request.method !== 'DELETE') return message(405, 'Faults are read, added and deleted: GET, POST, DELETE.');
    faults.clear();
    return new Response(null, { status: 204 });
  }
  const [, id] = /^\/_dev\/faults\/(\d{1,15})$/.exec(pathname) ?? [];
  if (id === undefined) return undefined;
  if (request.method !== 'DELETE') return message(405, 'One fault can be deleted: DELETE.');
  return faults.remove(Number(id)) ? new Response(null, { status: 204 }) : message(404, `There is no fault ${id}.`);
}

async function add(faults: Faults, request: Request): Promise<Response> {
  // A page of another origin may send a form without being asked; JSON it may not.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    return message(415, 'Send the fault as application/json.');
  }
  const reading = readJson(await request.text());
  if (!reading.ok) return message(400, 'The fault is no JSON.');
  try {
    // It looks at what it is given.
    return json(201, await faults.add(reading.value as Fault));
  } catch (error) {
    if (!isHeardError(error)) throw error;
    return json(error.code === 'input-invalid' ? 422 : 409, { message: error.message, remediation: error.remediation });
  }
}
