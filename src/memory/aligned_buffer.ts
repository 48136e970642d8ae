/**
 * Native memory for I/O.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READWRITE,
} from "../win32/constants.ts";
import { thread } from "../../ffi/thread.ts";
import { argumentError, rangeError } from "../errors/describe.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { bufferOf, byteLengthOf } from "../../ffi/views.ts";

/** The owners of native memory, so that its address costs no look-up. */
const owners = new WeakMap<ArrayBufferLike, AlignedBuffer>();

/** Frees the memory of a buffer that was dropped without `free()`. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<bigint>((address) => {
  preservingLastError(() => kernel32.VirtualFree(address, 0n, MEM_RELEASE));
});

/** Retains the memory of a buffer for an operation, even if it is freed. */
export let retainMemory: (buffer: AlignedBuffer) => void;

/** Releases memory that was retained, and frees it if `free()` was called. */
export let releaseMemory: (buffer: AlignedBuffer) => void;

/**
 * Memory from VirtualAlloc: zeroed, aligned to 64 KiB, at an address that does
 * not change. It is what unbuffered and scatter/gather I/O take without a copy,
 * and where memory belongs that the kernel uses beyond one call.
 *
 * Freed by `free()`, `using`, or the garbage collector once neither the object
 * nor a view of it can be reached. While an operation of the raw layer uses the
 * memory, hold the object. Do not transfer the memory elsewhere, be it by
 * `postMessage()`, `transfer()` or a byte stream: it would be freed all the same.
 *
 * @see https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc
 *
 * @example Read sectors without a copy
 * ```ts
 * import { AlignedBuffer, openSync } from "@kernel32/io";
 *
 * using file = openSync("sectors.tmp", {
 *   read: true,
 *   write: true,
 *   create: true,
 *   unbuffered: true,
 *   deleteOnClose: true,
 * });
 * using buffer = new AlignedBuffer(8192);
 * buffer.bytes.fill(7);
 * file.writeAll(buffer.bytes, { at: 0 });
 * console.log(file.read(buffer.bytes, { at: 4096 })); // 4096
 * ```
 */
export class AlignedBuffer implements Disposable {
  /** The address of the first byte. */
  readonly address: bigint;
  readonly #memory: ArrayBuffer;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #freed = false;
  /** How many operations use the memory. */
  #operations = 0;

  /**
   * Allocates.
   *
   * @param byteLength The length in bytes, from 1.
   * @throws {TypeError} If the length is not a number.
   * @throws {RangeError} If the length is out of range.
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
   */
  constructor(byteLength: number) {
    if (typeof byteLength !== "number") {
      throw argumentError("byteLength", "a number", byteLength);
    }
    if (!Number.isSafeInteger(byteLength) || byteLength < 1) {
      throw rangeError("byteLength", "a whole number from 1", byteLength);
    }
    this.address = kernel32.VirtualAlloc(
      null,
      BigInt(byteLength),
      MEM_RESERVE | MEM_COMMIT,
      PAGE_READWRITE,
    );
    if (this.address === 0n) throw Win32Error.last("VirtualAlloc");
    const memory = this.#memory = this.#asArrayBuffer(byteLength);
    this.#bytes = new Uint8Array(memory);
    // Not in a static block, which bundlers retain in programs that make no
    // buffer. Before the first buffer there is nothing to retain.
    retainMemory = this.#retain;
    releaseMemory = this.#release;
    owners.set(memory, this);
    dropped.register(memory, this.address, this);
  }

  /** Returns the memory as an ArrayBuffer, if the runtime has any so large. */
  #asArrayBuffer(byteLength: number): ArrayBuffer {
    try {
      return thread().backend.memory(this.address, byteLength);
    } catch (cause) {
      kernel32.VirtualFree(this.address, 0n, MEM_RELEASE);
      // Only a RangeError is about the length; Deno throws NotCapable once the
      // program has given the permission back.
      if (!(cause instanceof RangeError)) throw cause;
      throw new RangeError(
        "byteLength must be no more than an ArrayBuffer of this runtime can " +
          `have: got ${byteLength}`,
        { cause },
      );
    }
  }

  /** The memory. Of length 0 after `free()`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** The length in bytes; 0 after `free()`. */
  get byteLength(): number {
    return byteLengthOf(this.#bytes);
  }

  /**
   * Frees the memory. All views of it are detached: they have length 0 from
   * then on. Operations in flight retain the memory itself until they
   * have ended. Does nothing the second time.
   *
   * @throws {Win32Error} If the system refuses.
   *
   * @example Free early
   * ```ts
   * import { AlignedBuffer } from "@kernel32/io";
   *
   * const buffer = new AlignedBuffer(4096);
   * buffer.free();
   * console.log(buffer.byteLength); // 0
   * ```
   */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    dropped.unregister(this);
    // Detaches first: a view must never reach memory that is gone.
    thread().backend.detach(this.#memory);
    if (this.#operations === 0) this.#freeMemory();
  }

  #freeMemory(): void {
    if (!kernel32.VirtualFree(this.address, 0n, MEM_RELEASE)) {
      throw Win32Error.last("VirtualFree");
    }
  }

  #retain(buffer: AlignedBuffer): void {
    buffer.#operations++;
  }

  #release(buffer: AlignedBuffer): void {
    if (--buffer.#operations === 0 && buffer.#freed) buffer.#freeMemory();
  }

  /** Frees the memory, as `free()`. */
  [Symbol.dispose](): void {
    this.free();
  }
}

/** Returns the AlignedBuffer that a view is a view of, if it is one. */
export function ownerOf(view: ArrayBufferView): AlignedBuffer | undefined {
  return owners.get(bufferOf(view));
}

/** Whether the address of a view's first byte is a multiple. */
export function isViewAligned(
  view: ArrayBufferView,
  alignment: number,
): boolean {
  return thread().backend.addressOf(view) % BigInt(alignment) === 0n;
}
