/** Ends a function as one that fails with a Win32 code. */
export class Win32Failure extends Error {
  constructor(readonly code: number) {
    super(`Win32 code ${code}`);
  }
}

/** Fails the function that is being called. */
export function fail(code: number): never {
  throw new Win32Failure(code);
}

/** What a program did that Windows answers in undefined ways, or with a corrupted heap. */
export class KernelViolation extends Error {
  override name = "KernelViolation";
}
