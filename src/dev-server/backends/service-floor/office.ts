// The menu, the staff, and what they write to each other.
import { fieldsOf, flagOf, requireText, textOf } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { empty, json, Refused } from '../rest/problem.ts';
import type { Call, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Floor } from './floor.ts';

type Answer = (floor: Floor, call: Call) => Promise<Response>;

export const officeRoutes = (floor: Floor): readonly Route[] => {
  const open = (method: Route['method'], path: string, answer: Answer): Route => ({
    method,
    path,
    isOpen: true,
    answer: (call) => answer(floor, call),
  });
  return [
    open('POST', '/menu', addDish),
    open('PATCH', '/menu/{id}', changeDish),
    open('DELETE', '/menu/{id}', removeDish),
    open('POST', '/users', addUser),
    open('DELETE', '/users/{id}', removeUser),
    open('POST', '/messages', write),
    open('PATCH', '/messages/{id}', rewrite),
    open('POST', '/messages/{id}/pin', pin),
    open('DELETE', '/messages/{id}', deleteMessage),
    open('DELETE', '/messages', deleteAll),
  ];
};

const idIn = ({ params }: Call): string => params['id'] ?? '';

/** As the database keeps it. */
function priceIn(body: unknown): { readonly price?: string } {
  const price = textOf(fieldsOf(body), 'price');
  if (price === undefined) return {};
  if (/^\d{1,6}(?:\.\d{1,2})?$/.test(price)) return { price };
  throw new Refused(422, 'invalid', '"price" has to be a decimal such as "14.00".');
}

async function addDish(floor: Floor, { body }: Call): Promise<Response> {
  const fields = fieldsOf(body);
  const category = textOf(fields, 'category');
  const name = requireText(fields, 'name');
  const price = priceIn(body);
  const row = { id: floor.ids.next(), name, ...price, ...(category !== undefined && { category }), available: true };
  const dish = floor.menu.put(row);
  await told(floor.emit('menu.created', { id: dish.id, name }));
  return json(201, dish);
}

async function changeDish(floor: Floor, call: Call): Promise<Response> {
  const { id } = found(floor.menu.get(idIn(call)), 'dish');
  const fields = fieldsOf(call.body);
  const name = textOf(fields, 'name');
  const available = flagOf(fields, 'available');
  const changes = { ...(name !== undefined && { name }), ...(available !== undefined && { available }) };
  const dish = found(floor.menu.patch(id, { ...changes, ...priceIn(call.body) }));
  await told(floor.emit('menu.updated', { id }));
  return json(200, dish);
}

async function removeDish(floor: Floor, call: Call): Promise<Response> {
  const { id } = found(floor.menu.remove(idIn(call)), 'dish');
  await told(floor.emit('menu.deleted', { id }));
  return empty();
}

async function addUser(floor: Floor, { body }: Call): Promise<Response> {
  const fields = fieldsOf(body);
  const username = requireText(fields, 'username');
  const role = textOf(fields, 'role') ?? 'waiter';
  if (floor.users.rows().some((user) => user.username === username)) {
    throw new Refused(409, 'already-there', 'That name is taken.');
  }
  const user = floor.users.put({ id: floor.ids.next(), username, role });
  await told(floor.emit('user.created', { id: user.id, username, role }));
  return json(201, user);
}

async function removeUser(floor: Floor, call: Call): Promise<Response> {
  const { id } = found(floor.users.remove(idIn(call)), 'user');
  await told(floor.emit('user.deleted', { id }));
  return empty();
}

async function write(floor: Floor, { body }: Call): Promise<Response> {
  const fields = fieldsOf(body);
  const content = requireText(fields, 'content');
  const author = textOf(fields, 'author') ?? 'floor';
  const row = { id: floor.ids.next(), content, author, pinned: false, createdAt: floor.stamps.current() };
  const message = floor.messages.put(row);
  await told(floor.emit('newMessage', message));
  return json(201, message);
}

async function rewrite(floor: Floor, call: Call): Promise<Response> {
  const { id } = found(floor.messages.get(idIn(call)), 'message');
  const message = found(floor.messages.patch(id, { content: requireText(fieldsOf(call.body), 'content') }));
  await told(floor.emit('messageUpdated', message));
  return json(200, message);
}

/** Or unpins it: the message says which. */
async function pin(floor: Floor, call: Call): Promise<Response> {
  const before = found(floor.messages.get(idIn(call)), 'message');
  const pinned = flagOf(fieldsOf(call.body), 'pinned') ?? before.pinned !== true;
  const message = found(floor.messages.patch(before.id, { pinned }));
  await told(floor.emit('messagePinned', message));
  return json(200, message);
}

async function deleteMessage(floor: Floor, call: Call): Promise<Response> {
  const { id } = found(floor.messages.remove(idIn(call)), 'message');
  await told(floor.emit('messageDeleted', { id }));
  return empty();
}

async function deleteAll(floor: Floor): Promise<Response> {
  for (const { id } of floor.messages.rows()) floor.messages.remove(id);
  await told(floor.emit('allMessagesDeleted', {}));
  return empty();
}
