export { describeSyndrome } from './describe.ts';
export { VECTOR, VECTOR_BASE } from './entry.ts';
export { faultStatusName } from './fault-status.ts';
export { createExceptionModel } from './model.ts';
export { type AArch64ExceptionsOptions, aarch64Exceptions } from './part.ts';
export {
  buildSyndrome,
  EXCEPTION_CLASS,
  type ExceptionClass,
  exceptionClassName,
  exceptionClassOf,
  issOf,
  SYNDROME_IL,
} from './syndrome.ts';
