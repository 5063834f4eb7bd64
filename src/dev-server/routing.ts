// Which backend a request is for. Several of them have the same paths (`/orders`, `/api/tables`), so each has its paths under
// its own name, too; without a name, whoever's token comes along is asked first.
import type { Backend } from './backend.ts';
import { json } from './http/answers.ts';

export function createRouting(backends: readonly Backend[]): (request: Request) => Promise<Response> {
  const named = new Map(backends.map((backend) => [backend.contract.name, backend]));

  /** `/laravel-pos/v1/orders` is `/v1/orders` of that backend. */
  function addressed(url: URL): { readonly backend: Backend; readonly url: URL } | undefined {
    const [, name = '', rest = '/'] = /^\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
    const backend = named.get(name);
    if (backend === undefined) return undefined;
    const inside = new URL(url);
    inside.pathname = rest;
    return { backend, url: inside };
  }

  return async (request) => {
    const url = new URL(request.url);
    const found = addressed(url);
    if (found !== undefined) {
      const answer = await found.backend.fetch(new Request(found.url, request));
      return answer ?? nothingAt(url.pathname, backends);
    }
    const [, token] = /^bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const isOwner = ({ callerOf }: Backend): boolean => token !== undefined && callerOf(token) !== undefined;
    const inTurn = [...backends.filter(isOwner), ...backends.filter((backend) => !isOwner(backend))];
    for (const backend of inTurn) {
      // Each its own copy: whoever does not answer may have read the body.
      const answer = await backend.fetch(request.clone());
      if (answer !== undefined) return answer;
    }
    return nothingAt(url.pathname, backends);
  };
}

const nothingAt = (pathname: string, backends: readonly Backend[]): Response =>
  json(404, {
    message: `Nobody here has the path ${pathname}.`,
    backends: backends.map(({ contract }) => `/${contract.name}/`),
  });
