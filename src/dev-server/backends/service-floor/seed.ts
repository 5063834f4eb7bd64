import type { MenuItem, Message, Order, ServiceCall, Table, User } from '../../../contracts/service-floor/index.ts';
import type { Stamps } from '../rows/stamps.ts';

export const menu: readonly MenuItem[] = [
  { id: 1, name: 'Bruschetta', price: '7.50', category: 'starters', available: true },
  { id: 2, name: 'Tagliatelle al ragù', price: '14.00', category: 'mains', available: true },
  { id: 3, name: 'Branzino', price: '22.00', category: 'mains', available: true },
  { id: 4, name: 'Tiramisù', price: '6.50', category: 'desserts', available: true },
];

export const users: readonly User[] = [
  { id: 1, username: 'giulia', role: 'admin' },
  { id: 2, username: 'marco', role: 'waiter' },
  { id: 3, username: 'sofia', role: 'kitchen' },
];

export const tables: readonly Table[] = Array.from({ length: 8 }, (_, index) => ({
  id: index + 1,
  tableNumber: index + 1,
  status: index === 3 ? 'active' : 'inactive',
}));

export const firstOrders = ({ ago }: Stamps): readonly Order[] => [
  {
    id: 1,
    tableNumber: 4,
    status: 'created',
    items: [{ id: '1-1', menuItemId: 2, name: 'Tagliatelle al ragù', quantity: 2, price: '14.00' }],
    total: '28.00',
    createdAt: ago(7),
  },
];

export const firstMessages = ({ ago }: Stamps): readonly Message[] => [
  { id: 1, content: 'Branzino: three left', author: 'sofia', pinned: true, createdAt: ago(50) },
];

export const firstCalls: readonly ServiceCall[] = [];
