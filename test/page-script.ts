import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** One script for a page, with everything in it that it imports. */
export async function pageScript(entry: URL): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, rollupOptions: { input: fileURLToPath(entry) } },
  });
  const [output] = Array.isArray(result) ? result : 'output' in result ? [result] : [];
  return output?.output.map((file) => ('code' in file ? file.code : '')).join('\n') ?? '';
}
