// Why nobody answered, in plain words. Decided by Node's codes, which are the same for requests and sockets.

export interface Trouble {
  readonly what: string;
  readonly remedy: string;
}

const troubles: readonly (readonly [codes: RegExp, what: string, remedy: string])[] = [
  [
    /^ECONNREFUSED$/,
    'nobody listens there',
    'Start the server, or mend the port. In a container the server has to listen on 0.0.0.0.',
  ],
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'there is no host of that name',
    'Look for a slip in the name; on a local network, for its DNS.',
  ],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH)$/,
    'there is no way to that host',
    'Look whether this machine is in the same network.',
  ],
  [
    /^(?:ERR_SSL_WRONG_VERSION_NUMBER|EPROTO|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    'the server there does not speak TLS: it is http (or ws), and the address says https (or wss)',
    'Turn TLS on where the server is, or give its port for TLS. Tokens do not cross the internet without it.',
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    'the certificate has run out, or the clock of this machine is wrong',
    'Renew the certificate; look at the date of this machine.',
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    'the certificate comes from nobody that devices know',
    'Use a certificate of a known authority, with its whole chain; a browser would not connect either.',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'the certificate is for another name', 'Use the name that is in the certificate.'],
  [
    /^(?:ECONNRESET|EPIPE|HPE_\w+)$/,
    'the connection broke before there was an answer',
    'Look at the server’s log, and whether it speaks TLS on this port: https and wss are for servers that do, http and ws for those that do not.',
  ],
  [
    /^ETIMEDOUT$/,
    'nobody answered in time',
    'Look for a firewall in between and for a server that hangs; --timeout gives it more seconds.',
  ],
];

export function troubleOf(code: string): Trouble {
  const [, what, remedy] = troubles.find(([codes]) => codes.test(code)) ?? [];
  return {
    what: what ?? `no answer (${code})`,
    remedy: remedy ?? 'Look at the server’s log, and try the address from another machine.',
  };
}
