// A server of docs/protocol.md, for every backend that the development server has.
import type { CreatePart } from '../part.ts';
import { createAccess, type Access } from './access.ts';
import { mostFrameBytes } from './frames.ts';
import { createHub } from './hub.ts';
import { converse, type Patience } from './peer.ts';
import { createUpgrading } from './upgrading.ts';

const wire = 'websocket';
const path = '/socket';

const usual: Patience = {
  introductionMs: 5_000,
  silenceMs: 30_000,
  answerMs: 10_000,
  mostBacklogBytes: 4 * 1_048_576,
};

export const webSocketPart =
  (patience: Partial<Patience> = {}): CreatePart =>
  (seams) => {
    const hub = createHub({ wire, traffic: seams.traffic, showsPayloads: seams.showsPayloads });
    let access: Access = createAccess([], seams.app);
    let connections = 0;
    const upgrading = createUpgrading({ mostFrameBytes, time: seams.time }, (socket, { url = '' }) => {
      connections += 1;
      converse(socket, {
        ...seams,
        wire,
        socketId: `1.${connections}`,
        query: queryOf(url),
        hub,
        access,
        patience: { ...usual, ...patience },
      });
    });

    return {
      name: wire,
      carries: () => true,
      host(backends) {
        access = createAccess(backends, seams.app);
      },
      addresses: (authority) => [{ what: 'docs/protocol.md', url: `ws://${authority}${path}` }],
      upgrades: (asked) => asked === path,
      handleUpgrade: upgrading.handle,
      cut: upgrading.cut,
      publisher: {
        atOnce: 1_000,
        async publish(publications) {
          for (const publication of publications) hub.publish(publication);
        },
      },
      close: upgrading.close,
    };
  };

function queryOf(url: string): Readonly<Record<string, string>> {
  const at = url.indexOf('?');
  return at === -1 ? {} : Object.fromEntries(new URLSearchParams(url.slice(at + 1)));
}
