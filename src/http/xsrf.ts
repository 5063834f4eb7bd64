const form = /(?:^|;\s*)XSRF-TOKEN=([^;]*)/;

/**
 * The token that Laravel keeps in a readable cookie and wants back in a header, as proof that a script of the same site
 * asks. Only browsers have it.
 */
export function xsrfToken(): string | undefined {
  const cookies: unknown = globalThis.document?.cookie;
  const encoded = typeof cookies === 'string' ? form.exec(cookies)?.[1] : undefined;
  if (encoded === undefined || encoded === '') return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
