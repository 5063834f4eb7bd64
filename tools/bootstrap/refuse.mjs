/** Ends the run with one paragraph: what happened, and what to do. */
export function refuse(happened, remedy) {
  console.error(`\n[bootstrap] ${happened}\n            ${remedy}\n`);
  process.exit(1);
}
