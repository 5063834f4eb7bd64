// What a server with connection state recovery wants to hear of a namespace that it knew before: then it sends what the
// device missed and puts it back into its rooms. It saves a read at best. Nothing relies on it, and its offset is no
// position of ours.

export interface Session {
  readonly pid: string;
  /** Of the newest event. Without one there is nothing to recover from. */
  offset: string | undefined;
}

export interface Sessions {
  /** What to say in the handshake, for whoever is the same as last time. */
  of(namespace: string, identity: string): { readonly pid: string; readonly offset: string } | undefined;
  /** The server has let somebody in; `pid` only where it recovers. */
  begin(namespace: string, identity: string, pid: string | undefined): Session | undefined;
  forget(namespace: string): void;
}

export function createSessions(): Sessions {
  const known = new Map<string, { readonly identity: string; readonly session: Session }>();

  return {
    of(namespace, identity) {
      const last = known.get(namespace);
      // A server asks nobody twice whom it recovers: another token must begin anew.
      if (last?.identity !== identity || last.session.offset === undefined) return undefined;
      return { pid: last.session.pid, offset: last.session.offset };
    },
    begin(namespace, identity, pid) {
      const last = known.get(namespace);
      known.delete(namespace);
      if (pid === undefined) return undefined;
      const offset = last?.session.pid === pid ? last.session.offset : undefined;
      const session: Session = { pid, offset };
      known.set(namespace, { identity, session });
      return session;
    },
    forget: (namespace) => void known.delete(namespace),
  };
}
