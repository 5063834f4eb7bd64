// The tools need what vitest, tsup and size-limit need. Odd releases and the early ones of a line are left out on
// purpose: they were never tried.
const lines = [
  { major: 22, fromMinor: 19 },
  { major: 24, fromMinor: 11 },
];

/**
 * `running`: this Node can run the tools. `own`: it can only fetch the one that does. `too-old`: not even that.
 * Anything from 26 on is trusted; a new major that breaks the tools is found by the gates, not by this list.
 */
export function chooseNode(version, { forceOwn = false } = {}) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major < 20) return 'too-old';
  const runsTools = major >= 26 || lines.some((line) => line.major === major && minor >= line.fromMinor);
  return runsTools && !forceOwn ? 'running' : 'own';
}
