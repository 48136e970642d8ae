import { ERROR_INVALID_HANDLE } from "../../../src/errors/codes.ts";
import { fail, KernelViolation } from "./failure.ts";

/** What a handle refers to. The last handle that is closed closes it. */
export interface KernelObject {
  close(): void;
}

const FIRST = 0x100n;
const STEP = 4n;

/** The handles of the process. A number is never given out twice. */
export class Handles {
  /** The standard handles, by -10, -11 and -12. */
  readonly standard: Map<number, bigint> = new Map<number, bigint>();
  readonly #objects = new Map<bigint, KernelObject>();
  readonly #abandoned = new Set<bigint>();
  #next = FIRST;

  /** Gives an object a handle. */
  open(object: KernelObject): bigint {
    const handle = handleOf(this.#next);
    this.#next += STEP;
    this.#objects.set(handle, object);
    return handle;
  }

  /** Gives an object another handle. */
  duplicate(handle: bigint): bigint {
    return this.open(this.#find(handle));
  }

  /** The object of a handle, which must be of a kind that the function takes. */
  get<T extends KernelObject>(
    handle: bigint,
    kind: abstract new (...args: never[]) => T,
  ): T {
    const object = this.#find(handle);
    if (object instanceof kind) return object;
    throw new KernelViolation(
      `handle ${handle} is that of a ${object.constructor.name}, not of a ${kind.name}`,
    );
  }

  /** The object of a handle, if there is one. */
  peek(handle: bigint): KernelObject | undefined {
    return this.#objects.get(handle);
  }

  /** Closes a handle. https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle */
  close(handle: bigint): void {
    const object = this.#find(handle);
    this.#objects.delete(handle);
    if (![...this.#objects.values()].includes(object)) object.close();
  }

  /** All that are open. */
  *entries(): Iterable<readonly [bigint, KernelObject]> {
    yield* this.#objects;
  }

  /** Drops all but those of one kind, without closing them. */
  abandon(kept: abstract new (...args: never[]) => KernelObject): void {
    this.standard.clear();
    for (const [handle, object] of this.#objects) {
      if (object instanceof kept) continue;
      this.#objects.delete(handle);
      this.#abandoned.add(handle);
    }
  }

  #find(handle: bigint): KernelObject {
    const object = this.#objects.get(handle);
    if (object !== undefined) return object;
    // Windows gives such numbers out again: the call could meet a stranger's file.
    if (this.#isClosed(handle)) {
      throw new KernelViolation(`handle ${handle} is used after it was closed`);
    }
    return fail(ERROR_INVALID_HANDLE);
  }

  /** Whether a handle that is not open has been. */
  #isClosed(handle: bigint): boolean {
    const number = BigInt.asUintN(31, handle);
    return number >= FIRST && number < this.#next &&
      number % STEP === 0n && handle === handleOf(number) &&
      !this.#abandoned.has(handle);
  }
}

/**
 * The handle with a number. Every other one has the highest bit of the 32 that a handle has, which is extended as a sign.
 * https://learn.microsoft.com/windows/win32/winprog64/interprocess-communication
 */
function handleOf(number: bigint): bigint {
  return number % (2n * STEP) === 0n
    ? number
    : BigInt.asUintN(64, BigInt.asIntN(32, number | 0x8000_0000n));
}
