import { fail } from "./failure.ts";
import { FUNCTIONS } from "./functions.ts";
import type { KernelFunction } from "./kernel.ts";

/** Puts another function in the place of one, until the result is disposed. */
export function replaceFunction(
  name: string,
  make: (original: KernelFunction) => KernelFunction,
): Disposable {
  const functions = FUNCTIONS as Record<string, KernelFunction>;
  const original = functions[name]!;
  functions[name] = make(original);
  return { [Symbol.dispose]: () => void (functions[name] = original) };
}

/** Has a function fail, always or for some calls. */
export function failFunction(
  name: string,
  code: number,
  when: (...words: bigint[]) => boolean = () => true,
): Disposable {
  return replaceFunction(
    name,
    (original) => (kernel, ...words) =>
      when(...words) ? fail(code) : original(kernel, ...words),
  );
}
