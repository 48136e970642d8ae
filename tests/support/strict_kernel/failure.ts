/** Ends a function as one that fails with a Win32 code. No Error: a stack for each pending operation would take long. */
export class Win32Failure {
  constructor(readonly code: number) {}
}

/** Fails the function that is being called. */
export function fail(code: number): never {
  throw new Win32Failure(code);
}

/** What a program did that Windows answers in undefined ways, or with a corrupted heap. */
export class KernelViolation extends Error {
  override name = "KernelViolation";
}
