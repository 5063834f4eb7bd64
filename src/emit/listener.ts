/**
 * Tells somebody's listener. Its own fault stops nothing here: it is called where nobody watches, and what is thrown there ends
 * the process.
 */
export function tell<Told>(listener: ((told: Told) => void) | undefined, told: Told): void {
  try {
    listener?.(told);
  } catch {
    // See above.
  }
}
