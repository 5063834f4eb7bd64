/** An order as the reference backend broadcasts it, about 530 bytes: what every figure about receiving is measured with. */
export const referenceEnvelope = {
  v: 1,
  event: 'OrderCreated',
  event_id: 'c41e8d77-0a2b-4f96-8e53-7d90b1a6f2c4',
  seq: 60957,
  occurred_at: '2026-05-22T18:27:33.846Z',
  store: { id: 3, sku: 'trattoria-du-port' },
  sender: { device_id: 18, device_type: 'Kiosk' },
  subject: { type: 'Order', id: 604815 },
  correlation_id: '3f8a25e9-d64c-4e1b-a7f0-95c2b80d4e67',
  data: {
    order: {
      id: 604815,
      channel: 'kiosk',
      status: 'accepted',
      totals_cents: { subtotal: 31400, tax: 0, total: 31400 },
      number: 'C218',
      created_at: '2026-05-22T18:27:33Z',
    },
  },
  meta: { replay: false },
} as const;
