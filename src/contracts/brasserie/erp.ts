import { integer, oneOf, record, words, type Shape } from '../shapes.ts';

/** What the kitchen's system posts when a dish is ready. The server finds the order and its waiter by `erp_order_id`. */
export interface ErpDishReady {
  readonly erp_order_id: string;
  readonly dish_name: string;
  readonly table_id: number;
}

export interface ErpNotified {
  readonly status: 'notified';
}

/** The kitchen's webhook, for the backend that answers it. */
export const erpDishReady: {
  readonly method: 'POST';
  readonly path: '/api/webhooks/erp/dish-ready';
  readonly request: Shape<ErpDishReady>;
  readonly answer: Shape<ErpNotified>;
} = {
  method: 'POST',
  path: '/api/webhooks/erp/dish-ready',
  request: record<ErpDishReady>({ erp_order_id: words, dish_name: words, table_id: integer }),
  answer: record<ErpNotified>({ status: oneOf(['notified']) }),
};
