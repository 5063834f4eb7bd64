/** An order as the reference backend broadcasts it, about 530 bytes: what every figure about receiving is measured with. */
export const referenceEnvelope = {
  v: 1,
  event: 'OrderCreated',
  event_id: '5b0f2a0e-51c5-4c39-9b0e-2f1d3f1f7a10',
  seq: 48213,
  occurred_at: '2026-03-14T12:41:07.512Z',
  store: { id: 7, sku: 'pizza-bab-el-oued' },
  sender: { device_id: 42, device_type: 'Kiosk' },
  subject: { type: 'Order', id: 123456 },
  correlation_id: '0d9f6d1c-7a53-4b3e-8d37-0b7f2f3b9c21',
  data: {
    order: {
      id: 123456,
      channel: 'kiosk',
      status: 'accepted',
      totals_cents: { subtotal: 28000, tax: 0, total: 28000 },
      number: 'A047',
      created_at: '2026-03-14T12:41:07Z',
    },
  },
  meta: { replay: false },
} as const;
