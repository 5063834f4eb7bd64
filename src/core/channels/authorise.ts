// Who is asked whether a channel may be heard: the seam's own words, for a transport may name somebody.
export type { Authorise, AuthoriseAnswer, AuthoriseQuestion } from '../../transports/transport.ts';
