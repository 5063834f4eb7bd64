import type { NotificationAction } from './schemas.ts';

/**
 * A notification may ask the app to go somewhere. What it names comes from the network, so it is only ever matched
 * against the routes that the app itself lists: `settings/printers`, or `orders/:id` for one segment of anything. Returns
 * the route with a leading `/`, or undefined for everything else: other sites, schemes, parent folders, odd characters.
 */
export function safeNavigateTarget(
  action: NotificationAction | null | undefined,
  routes: readonly string[],
): string | undefined {
  if (action?.type !== 'navigate' || typeof action.target !== 'string') return undefined;
  const segments = segmentsOf(action.target);
  if (segments === undefined) return undefined;
  const allowed = routes.some((route) => fits(segments, withoutSlash(route).split('/')));
  return allowed ? `/${segments.join('/')}` : undefined;
}

/** Letters, digits and `- _ ~ .` are all that a segment may hold: nothing that any parser could read otherwise. */
const plainSegment = /^[\w~-][\w~.-]*$/;
const maxLength = 512;

const withoutSlash = (path: string): string => (path.startsWith('/') ? path.slice(1) : path);

function segmentsOf(path: string): readonly string[] | undefined {
  if (path.length > maxLength) return undefined;
  const segments = withoutSlash(path).split('/');
  return segments.every((segment) => plainSegment.test(segment)) ? segments : undefined;
}

const fits = (segments: readonly string[], pattern: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => part.startsWith(':') || part === segments[index]);
