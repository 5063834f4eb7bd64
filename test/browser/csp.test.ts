import { expect, it } from 'vitest';

it('decodes and validates under a strict Content Security Policy, without a violation', async () => {
  const frame = document.createElement('iframe');
  const result = new Promise((resolve) => {
    addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow) resolve(data);
    });
  });
  const page = new URL('csp-page.ts', import.meta.url).pathname;
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${location.origin}">
    <script type="module" src="${page}"></script>`;
  document.body.append(frame);
  expect(await result).toEqual({ kinds: ['event', 'invalid'], violations: [] });
  frame.remove();
});
