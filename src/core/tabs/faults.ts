// A refusal crosses from one tab to another as plain data, and is thrown there as what it was.
import { HeardError, isHeardError, type ErrorCode } from '../../errors.ts';
import type { Fault } from './messages.ts';

export const faultOf = (error: Error): Fault =>
  isHeardError(error)
    ? { code: error.code, message: error.message, remediation: error.remediation }
    : { code: undefined, message: error.message, remediation: '' };

export const errorOf = ({ code, message, remediation }: Fault): Error =>
  code === undefined ? new Error(message) : new HeardError(code as ErrorCode, message, { remediation });
