// What an answer means to somebody who set the server up: `undefined` when it is as it should be, otherwise what is wrong and
// what to do about it.
import type { Answer, NoAnswer } from './ask.ts';
import { troubleOf, type Trouble } from './network-trouble.ts';

/** For an answer that should be a 2xx with JSON. */
export function troubleIn(answer: Answer | NoAnswer, token: string | undefined): Trouble | undefined {
  if (answer.kind === 'none') return troubleOf(answer.code);
  const { status } = answer;
  const redirected = redirectOf(answer);
  if (redirected !== undefined) return redirected;
  if (answer.isHtml && status < 500) {
    return {
      what: `a web page where JSON was expected (${status})`,
      remedy:
        'It may be another host, the frontend’s address, or a network that wants a sign-in. Give the address of the API, and let it answer errors in JSON, too.',
    };
  }
  if (status >= 400) return refusalOf(status, token);
  if (answer.isEmpty) {
    return {
      what: `nothing, where JSON was expected (${status})`,
      remedy: 'Look at what the server does for this path.',
    };
  }
  if (!answer.isJson || !answer.body.ok) {
    return {
      what: `something that is no JSON, or does not say so (${answer.header('content-type') ?? 'no content-type'})`,
      remedy: 'Answer with "content-type: application/json", and with whole JSON.',
    };
  }
  return undefined;
}

function redirectOf({ status, header }: Answer): Trouble | undefined {
  if (status < 300 || status >= 400) return undefined;
  return {
    what: `it leads elsewhere (${status})${placeOf(header('location'))}`,
    remedy:
      'Give the address that it leads to, with https if that is the difference: redirects are never followed, because tokens would go along.',
  };
}

/** Where to, without what stands behind a "?": it may be secret. */
function placeOf(location: string | undefined): string {
  const place = location?.split(/[?#]/, 1)[0] ?? '';
  return place === '' ? '' : `, to ${place}`;
}

const refusals: ReadonlyMap<number, Trouble> = new Map([
  [
    403,
    {
      what: 'whoever has this token may not (403)',
      remedy: 'Give the token the right, or say with --role what the device is.',
    },
  ],
  [
    404,
    {
      what: 'nothing is at this path (404)',
      remedy: 'Look at the base address: is a part like "/api" missing, or doubled?',
    },
  ],
  [
    405,
    { what: 'the server knows the path, but not this way to ask (405)', remedy: 'Look at the routes of the server.' },
  ],
  [
    419,
    {
      what: 'Laravel wants an XSRF token (419)',
      remedy: 'Take the path out of the CSRF check for requests with a bearer token.',
    },
  ],
  [422, { what: 'the server found the question invalid (422)', remedy: 'Look at which fields the server expects.' }],
  [
    429,
    {
      what: 'too many requests (429)',
      remedy: 'Wait, and look at the limits: a device that comes back asks a dozen questions at once.',
    },
  ],
]);

function refusalOf(status: number, token: string | undefined): Trouble {
  if (status === 401) {
    return token === undefined
      ? { what: 'a token is needed (401)', remedy: 'Give one: --token …' }
      : { what: 'the token is refused (401)', remedy: 'Give one that is valid and has not run out.' };
  }
  const known = refusals.get(status);
  if (known !== undefined) return known;
  return status >= 500
    ? { what: `the server failed (${status})`, remedy: 'Look at the server’s log, and at the proxy in front of it.' }
    : { what: `it was refused (${status})`, remedy: 'Look at the server’s log.' };
}
