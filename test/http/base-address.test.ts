import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseAddress } from '../../src/http/base-address.ts';
import { isHeardError } from '../../src/errors.ts';
import { runs } from '../effort.ts';

const strict = { allowInsecureLan: false };
const onLan = { allowInsecureLan: true };

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return isHeardError(error) ? error.code : String(error);
  }
  return undefined;
};

test.each([
  ['https://api.example.test', '/v1/orders?a=1&b=%2F', 'https://api.example.test/v1/orders?a=1&b=%2F'],
  ['https://api.example.test/', 'v1/orders', 'https://api.example.test/v1/orders'],
  ['https://api.example.test/api/v2/', '/orders', 'https://api.example.test/api/v2/orders'],
  ['https://api.example.test:8443/api', '', 'https://api.example.test:8443/api/'],
  ['https://api.example.test', '/v1/a%2Fb%20c', 'https://api.example.test/v1/a%2Fb%20c'],
  [
    'https://api.example.test',
    '/v1?next=https://evil.test/../x',
    'https://api.example.test/v1?next=https://evil.test/../x',
  ],
  ['https://api.example.test', '/v1/12:30', 'https://api.example.test/v1/12:30'],
])('%s and %s lead to %s', (base, path, address) => {
  expect(baseAddress(base, strict).resolve(path)).toBe(address);
});

test.each([
  '//evil.test',
  '//evil.test/v1',
  '/\\evil.test',
  '\\\\evil.test',
  '/v1\\..\\admin',
  'https://evil.test/v1',
  'HTTPS:evil.test',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://api.example.test/1',
  '/../admin',
  '/v1/../../admin',
  '/v1/%2e%2e/admin',
  '/v1/.%2E/admin',
  '/v1/..',
  '/v1/.',
  '..',
  '../admin?x',
  '/\t/evil.test',
  '/v1\r\nHost: evil.test',
  '\u0000/v1',
  ' /v1',
  '/v1#x',
])('F100: %j is refused before anything is sent', (path) => {
  for (const base of ['https://api.example.test', 'https://api.example.test/api']) {
    expect(codeOf(() => baseAddress(base, strict).resolve(path))).toBe('input-invalid');
  }
});

/** Undefined when it was refused as it should be; any other error is none of ours. */
function resolved(resolve: (path: string) => string, path: string): string | undefined {
  try {
    return resolve(path);
  } catch (error) {
    if (isHeardError(error) && error.code === 'input-invalid') return undefined;
    throw error;
  }
}

test('F100: no path whatever leads out of the base address', () => {
  const nasty = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '/',
          '//',
          '\\',
          '..',
          '.',
          '%2e',
          '%2f',
          '@',
          ':',
          '?',
          '#',
          '\t',
          '\n',
          'https:',
          'evil.test',
          ' ',
          '[',
          ']',
          '%',
          '。',
          '／',
        ),
        fc.string(),
      ),
    )
    .map((parts) => parts.join(''));
  for (const base of ['https://api.example.test', 'https://api.example.test:444/api/v1']) {
    const { resolve } = baseAddress(base, strict);
    fc.assert(
      fc.property(nasty, (path) => {
        const address = resolved(resolve, path);
        if (address === undefined) return;
        const url = new URL(address);
        expect(url.origin).toBe(new URL(base).origin);
        expect(url.href.startsWith(`${base}/`)).toBe(true);
        expect(url.username + url.password + url.hash).toBe('');
      }),
      runs(1000),
    );
  }
});

test.each([
  'api.example.test',
  '/api',
  '',
  'ftp://api.example.test',
  'ws://api.example.test',
  'file:///etc',
  'https://',
  'https://user:secret@api.example.test',
  'https://api.example.test/?a=1',
  'https://api.example.test/#a',
])('%j is no base address', (base) => {
  expect(codeOf(() => baseAddress(base, onLan))).toBe('options-invalid');
});

test('F99: a password in a base address is not quoted', () => {
  expect(() => baseAddress('https://user:secret@api.example.test', strict)).not.toThrow(/secret/);
  expect(() => baseAddress('https://user:secret@api.example.test', strict)).toThrow(/more than a host/);
});

test.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:3000', 'http://api.localhost'])(
  '%s leaves the device in no clear text',
  (base) => expect(codeOf(() => baseAddress(base, strict))).toBeUndefined(),
);

test.each([
  'http://192.168.1.10',
  'http://10.0.0.1:8000',
  'http://172.16.4.4',
  'http://172.31.255.1',
  'http://169.254.1.1',
  'http://pos.local',
  'http://pos',
  'http://pos.lan',
  'http://pos.home.arpa',
  'http://[fd00::1]',
  'http://[fe80::1]',
  'http://0xc0a80101',
])('%s is the restaurant’s own network: only with permission', (base) => {
  expect(codeOf(() => baseAddress(base, strict))).toBe('options-invalid');
  expect(codeOf(() => baseAddress(base, onLan))).toBeUndefined();
});

test.each([
  'http://api.example.test',
  'http://8.8.8.8',
  'http://172.32.0.1',
  'http://11.0.0.1',
  'http://192.168.1.10.evil.test',
  'http://localhost.evil.test',
  'http://127.0.0.1.evil.test',
  'http://10.evil.test',
  'http://[2001:db8::1]',
  'http://[::ffff:8.8.8.8]',
])('%s crosses the internet in clear text, with no permission', (base) => {
  expect(codeOf(() => baseAddress(base, onLan))).toBe('options-invalid');
});
