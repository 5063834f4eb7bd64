/** What is kept of an error: what it says may name a guest. */
export const errorClass = (error: unknown): string =>
  error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : typeof error;
