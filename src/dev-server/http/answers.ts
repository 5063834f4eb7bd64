/** Answers in JSON, as all five backends give them. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const message = (status: number, text: string, headers?: Readonly<Record<string, string>>): Response =>
  json(status, { message: text }, headers);
