import { fieldsOf, type Fields } from '../rest/fields.ts';

/** Strapi's bodies are `{ data }`. */
export const dataOf = (body: unknown): Fields => fieldsOf(fieldsOf(body)['data']);
