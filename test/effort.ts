/** What the runner asks for: `short` while working, `long` for `npm run test:full`. */
const length = process.env['HEARD_LENGTH'];
/** For what takes real time: once, in the whole run. */
export const isLong: boolean = length === 'long';

const factor = isLong ? 50 : length === 'short' ? 0.2 : 1;

/** How often a property is tried. */
export const runs = (usual: number): { readonly numRuns: number } => ({ numRuns: Math.ceil(usual * factor) });

/** Time enough for the long version on a busy machine; never a measure of anything. */
export const patience: number = isLong ? 900_000 : 60_000;
