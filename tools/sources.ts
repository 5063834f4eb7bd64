// `node --import ./tools/sources.ts app.ts`: what an app imports from `heard` are the sources, as in the tests.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { aliases } from './aliases.ts';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const source = aliases.find(({ find }) => find.test(specifier))?.replacement;
    return source === undefined
      ? nextResolve(specifier, context)
      : { url: pathToFileURL(source).href, shortCircuit: true };
  },
});
