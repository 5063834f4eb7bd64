// The rooms of table-tap, for a backend on Socket.IO: who is put into which, and which ones an event goes to.
import { validate } from '../contract/schema.ts';
import {
  counterRoomName,
  roomsOf,
  tableTap,
  targetRooms,
  type Seat,
  type TableTap,
} from '../contracts/table-tap/index.ts';
import type { EmittedFacts } from './emitter.ts';
import { tell } from './listener.ts';
import { letIn, type RoomServer, type RoomSocket } from './socket-io-rooms.ts';

export interface TableTapOptions {
  /**
   * Who comes in, by what they say of themselves; `undefined` refuses them. The café and the role are claims until you have
   * compared them with the token. An empty café, or one with a ":" in it, has no rooms: refuse it.
   */
  readonly seatOf: (claim: SeatClaim) => Seat | undefined | Promise<Seat | undefined>;
  /** Told what went wrong inside. The client learns only that it may come again. */
  readonly failed?: (error: unknown) => void;
}

/** What a handshake says. */
export interface SeatClaim {
  readonly token: string | undefined;
  readonly cafeId: string | undefined;
  readonly role: string | undefined;
}

/**
 * Sets up the five namespaces: lets in who has a seat, joins their rooms, and hears `join_counter` and `leave_counter`.
 *
 * @example
 * ```ts
 * openTableTap(io, { seatOf: ({ token }) => sessions.seatOf(token) })
 * const emitter = createEmitter(tableTap, { publisher: socketIoPublisher(io), rooms: tableTapRooms })
 * ```
 */
export function openTableTap(io: RoomServer, { seatOf, failed }: TableTapOptions): void {
  for (const { wire } of tableTap.channels.values()) {
    letIn(io.of(wire), {
      whoIs: ({ handshake: { auth, query } }) =>
        seatOf({
          token: textIn(auth['token']),
          cafeId: textIn(query['cafe_id']),
          role: textIn(query['user_role']),
        }),
      roomsOf,
      entered: (socket, seat) => hearCounters(socket, seat, failed),
      ...(failed !== undefined && { failed }),
    });
  }
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The rooms that an event goes to, for `createEmitter`. */
export const tableTapRooms = ({ name, data, scope }: EmittedFacts<TableTap>): readonly string[] =>
  targetRooms(name, data as never, { cafeId: String('cafeId' in scope ? scope.cafeId : '') });

function hearCounters(socket: RoomSocket, seat: Seat, failed: TableTapOptions['failed']): void {
  async function change(name: string, input: unknown, act: (room: string) => unknown): Promise<void> {
    try {
      const room = counterRoomIn(seat, input);
      if (room === undefined) socket.emit('error', { type: 'INVALID_DATA', message: `${name} names no counter.` });
      else await act(room);
    } catch (error) {
      tell(failed, error);
    }
  }
  socket.on('join_counter', (input) => void change('join_counter', input, (room) => socket.join([room])));
  socket.on('leave_counter', (input) => void change('leave_counter', input, (room) => socket.leave(room)));
}

/** The room of the counter that somebody names, in their own café. */
function counterRoomIn({ cafeId }: Seat, input: unknown): string | undefined {
  const schema = tableTap.messages.get('join_counter')?.input;
  if (schema === undefined || !validate(schema, input).ok) return undefined;
  const { counter } = input as { readonly counter: string };
  if (counterRoomName(counter) === '') return undefined;
  const everywhere = roomsOf({ cafeId });
  return roomsOf({ cafeId, counter }).find((room) => !everywhere.includes(room));
}
