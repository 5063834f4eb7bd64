import { toJSONSchema, type $ZodType } from 'zod/v4/core';
import type { JsonSchema } from '../contract/dialect.ts';
import type { Schema } from '../contract/schema.ts';
import { HeardError } from '../errors.ts';

/** The part of Standard JSON Schema (https://standardschema.dev/json-schema) that is called. */
interface SelfDescribing {
  readonly jsonSchema: { input(options: { readonly target: 'draft-2020-12' }): JsonSchema };
}

/**
 * Turns a schema into JSON Schema 2020-12, by zod or by what the schema says of itself. Describes what goes in, because
 * that is what a backend sends.
 */
export function describeSchema(schema: Schema, place: string): JsonSchema {
  const standard = schema['~standard'] as Schema['~standard'] & Partial<SelfDescribing>;
  let described: JsonSchema;
  try {
    if (standard.vendor === 'zod') {
      described = toJSONSchema(schema as unknown as $ZodType, {
        target: 'draft-2020-12',
        io: 'input',
        // A description that lets everything through would promise what validation does not keep.
        unrepresentable: 'throw',
      });
    } else if (standard.jsonSchema === undefined) {
      throw new Error(`${standard.vendor} gives it no "~standard.jsonSchema"`);
    } else {
      described = standard.jsonSchema.input({ target: 'draft-2020-12' });
    }
  } catch (cause) {
    throw new HeardError(
      'schema-opaque',
      `The schema of ${place} cannot be printed: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        remediation:
          'Use a schema that describes itself: one of zod without dates, transforms or custom types, or one that implements Standard JSON Schema.',
        cause,
      },
    );
  }
  // It becomes a part of a document that names its dialect once.
  const { $schema: _, ...part } = described;
  return part;
}
