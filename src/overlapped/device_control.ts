/**
 * Control codes that drivers may take long to answer.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { checkBytes } from "../file/arguments.ts";
import { controlOutput, type ControlRequest } from "../file/control.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { multipleAbove } from "../memory/multiples.ts";
import { Operation } from "./operation.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

const KIND = { method: "deviceIoControl", syscall: "DeviceIoControl" };

/** The alignment of the output: that of any structure. */
const ALIGNMENT = 16;

/**
 * A control code on its way. The driver has native memory, in which the input
 * stands before the output; what the output had is there too, since drivers of
 * METHOD_IN_DIRECT read it.
 */
export class DeviceControl extends Operation<Uint8Array<ArrayBuffer>> {
  readonly #request: ControlRequest;
  readonly #inputLength: number;
  readonly #outputLength: number;
  readonly #outputAt: number;
  readonly #memory: PooledBuffer;

  constructor(
    handle: OverlappedHandle,
    request: ControlRequest,
    signal: AbortSignal | undefined,
  ) {
    super(handle, KIND, 0, 0, signal);
    const { input, output } = request;
    this.#request = request;
    this.#inputLength = input?.length ?? 0;
    this.#outputLength = output?.length ?? 0;
    this.#outputAt = multipleAbove(this.#inputLength, ALIGNMENT);
    this.#memory = rentBuffer(this.#outputAt + this.#outputLength);
    if (input !== undefined) this.#memory.bytes.set(input);
    if (output !== undefined) this.#memory.bytes.set(output, this.#outputAt);
  }

  call(overlapped: bigint): boolean {
    const { address } = this.#memory;
    const [inputLength, outputLength] = [this.#inputLength, this.#outputLength];
    return kernel32.DeviceIoControl(
      this.handle.handle,
      this.#request.code,
      inputLength === 0 ? null : address,
      inputLength,
      outputLength === 0 ? null : address + BigInt(this.#outputAt),
      outputLength,
      null,
      overlapped,
    );
  }

  protected override get isLimited(): boolean {
    return false;
  }

  protected conclude(code: number, count: number): Uint8Array<ArrayBuffer> {
    if (code === ERROR_OPERATION_ABORTED) throw this.abortError();
    const { output } = this.#request;
    if (output !== undefined) {
      // The caller's memory may be gone meanwhile.
      if (byteLengthOf(output) !== this.#outputLength) {
        checkBytes("output", output);
      }
      const at = this.#outputAt;
      const end = at + Math.min(count, this.#outputLength);
      output.set(this.#memory.bytes.subarray(at, end));
    }
    return controlOutput(this.handle.path, this.#request, { code, count });
  }

  protected releaseMemory(): void {
    this.#memory.release();
  }
}
