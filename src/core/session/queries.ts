// Questions to the REST interface, asked and checked by the contract.
import type { ContractData } from '../../contract/contract.ts';
import { queryRequest, type QueryDefinition } from '../../contract/query.ts';
import { validate, type Mismatch } from '../../contract/schema.ts';
import { HeardError, type ErrorCode } from '../../errors.ts';
import type { Api, AskOptions } from '../api/api.ts';

export async function askQuery(
  { api, contract, scope }: { readonly api: Api; readonly contract: ContractData; readonly scope: object },
  name: string,
  params: unknown,
  asking: AskOptions,
): Promise<unknown> {
  const definition = contract.queries.get(name);
  if (definition === undefined) {
    throw new HeardError('unknown-name', `The contract "${contract.name}" has no query "${name}".`, {
      remediation: `Its queries are: ${[...contract.queries.keys()].join(', ')}.`,
    });
  }
  const asked = validate(definition.params, params);
  if (!asked.ok) throw misfit(`The parameters of "${name}" do not fit`, asked.mismatches, 'input-invalid');
  const request = queryRequest(definition as QueryDefinition<object>, asked.value as object, scope);
  const answer = await api.ask(request, asking);
  if (answer.kind !== 'success') {
    const status = answer.status === undefined ? '' : ` (${answer.status})`;
    const because = answer.kind === 'failure' ? answer.because : 'refused';
    throw new HeardError('query-failed', `The query "${name}" was not answered: ${because}${status}.`, {
      remediation: 'Try again when the network is back; look at the status and at the rights of the token.',
      cause: answer,
    });
  }
  const told = validate(definition.answer, answer.body);
  if (!told.ok) throw misfit(`The answer to "${name}" does not fit`, told.mismatches, 'query-failed');
  return told.value;
}

export function misfit(what: string, mismatches: readonly Mismatch[], code: ErrorCode): HeardError {
  const told = mismatches.map(({ path, because }) => `${path === '' ? 'the value' : path}: ${because}`).join('; ');
  return new HeardError(code, `${what}: ${told}.`, { remediation: 'Compare it with the contract.' });
}
