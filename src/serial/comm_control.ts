/**
 * What serial ports are asked for beside their bytes.
 *
 * @module
 */
import {
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
  ERROR_OPERATION_ABORTED,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { callOnThread, ThreadQueue } from "../file/thread_queue.ts";
import { rentBuffer } from "../memory/pooled_memory.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import { whileOpen } from "../overlapped/thread_call.ts";
import {
  CLRBREAK,
  CLRDTR,
  CLRRTS,
  MS_CTS_ON,
  MS_DSR_ON,
  MS_RING_ON,
  MS_RLSD_ON,
  SETBREAK,
  SETDTR,
  SETRTS,
} from "../win32/comm_constants.ts";
import { controlBlock, timeouts } from "./comm_state.ts";
import type {
  OutputLines,
  SerialInputSignals,
  SerialOutputSignals,
  SerialSettings,
} from "./options.ts";
import { hinted, withRemovalHint } from "./hints.ts";

/**
 * Threads for calls that a driver answers when its device does: the driver of a
 * USB adapter may wait for seconds. They never occupy the threads of files.
 */
export const portThreads: ThreadQueue = /* @__PURE__ */ new ThreadQueue(4);

const SET_UP_ATTEMPTS = 10;

/** The settings and the lines of one port: calls in order, on other threads. */
export class CommControl {
  readonly #handle: OverlappedHandle;
  readonly #calls = new ThreadQueue(1);
  #settings: SerialSettings;
  #lines: OutputLines;

  constructor(
    handle: OverlappedHandle,
    settings: SerialSettings,
    lines: OutputLines,
  ) {
    this.#handle = handle;
    this.#settings = settings;
    this.#lines = lines;
  }

  /** What holds. */
  get settings(): SerialSettings {
    return this.#settings;
  }

  /** Sets up the port when it has been opened. */
  setUp(): Promise<void> {
    const { bufferSize } = this.#settings;
    return this.#inOrder(async () => {
      for (let attempt = 1;; attempt++) {
        try {
          // With fAbortOnError, which another program may have set, the driver
          // refuses all else from an error of the line until this call.
          await this.#call("openSerial", "ClearCommError", 0n, 0n);
          await this.#suggestBuffers("openSerial", bufferSize);
          return await this.#apply("openSerial", this.#settings);
        } catch (error) {
          const isRefused = error instanceof Win32Error &&
            error.win32 === ERROR_OPERATION_ABORTED;
          if (isRefused && attempt < SET_UP_ATTEMPTS) continue;
          throw withSettings(error, this.#settings);
        }
      }
    });
  }

  /** Changes settings. If the driver refuses, those before hold. */
  reconfigure(changes: Partial<SerialSettings>): Promise<void> {
    return this.#inOrder(async () => {
      const before = this.#settings;
      const settings = { ...before, ...changes };
      const { bufferSize } = changes;
      if (bufferSize !== undefined) {
        await this.#suggestBuffers("reconfigure", bufferSize);
      }
      try {
        await this.#apply("reconfigure", settings);
      } catch (error) {
        // SetCommState is several calls of the driver.
        await this.#apply("reconfigure", before).catch(() => {});
        throw withSettings(error, settings);
      }
      this.#settings = settings;
    });
  }

  /** Switches lines. */
  switchLines(signals: SerialOutputSignals): Promise<void> {
    const { dataTerminalReady: dtr, requestToSend: rts } = signals;
    return this.#inOrder(async () => {
      if (dtr !== undefined) {
        await this.#escape(dtr ? SETDTR : CLRDTR);
        this.#lines = { ...this.#lines, dataTerminalReady: dtr };
      }
      if (rts !== undefined) {
        await this.#escape(rts ? SETRTS : CLRRTS);
        this.#lines = { ...this.#lines, requestToSend: rts };
      }
      if (signals.break !== undefined) {
        await this.#escape(signals.break ? SETBREAK : CLRBREAK);
      }
    });
  }

  /** Retrieves the lines that the other end switches. */
  async inputLines(): Promise<SerialInputSignals> {
    const memory = rentBuffer(4);
    try {
      await this.#inOrder(() =>
        this.#call("getSignals", "GetCommModemStatus", memory.address)
      );
      const bits = memory.bytes[0]!;
      return {
        dataCarrierDetect: (bits & MS_RLSD_ON) !== 0,
        clearToSend: (bits & MS_CTS_ON) !== 0,
        ringIndicator: (bits & MS_RING_ON) !== 0,
        dataSetReady: (bits & MS_DSR_ON) !== 0,
      };
    } finally {
      memory.release();
    }
  }

  /** @param flags PURGE_ values. */
  discard(flags: number): Promise<void> {
    return this.#inOrder(() =>
      this.#call("discard", "PurgeComm", BigInt(flags))
    );
  }

  #escape(code: number): Promise<void> {
    return this.#call("setSignals", "EscapeCommFunction", BigInt(code));
  }

  async #apply(method: string, settings: SerialSettings): Promise<void> {
    const state = controlBlock(settings, this.#lines);
    await this.#set(method, "SetCommState", state);
    await this.#set(method, "SetCommTimeouts", timeouts(settings));
  }

  /**
   * "The device driver receives the recommended buffer sizes, but is free to use
   * any input and output buffering scheme": that it refuses is no failure.
   * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setupcomm
   */
  async #suggestBuffers(method: string, size: number): Promise<void> {
    try {
      await this.#call(method, "SetupComm", BigInt(size), BigInt(size));
    } catch (error) {
      if (!(error instanceof Win32Error)) throw error;
    }
  }

  async #set(
    method: string,
    name: string,
    structure: Uint8Array,
  ): Promise<void> {
    const memory = rentBuffer(structure.length);
    try {
      memory.bytes.set(structure);
      await this.#call(method, name, memory.address);
    } finally {
      memory.release();
    }
  }

  async #call(
    method: string,
    name: string,
    ...args: readonly bigint[]
  ): Promise<void> {
    const { handle, path, closingSignal } = this.#handle;
    const call = () => callOnThread(name, [handle, ...args], path);
    await whileOpen(
      this.#handle,
      method,
      () => portThreads.run(call, closingSignal),
    );
  }

  async #inOrder(work: () => Promise<void>): Promise<void> {
    try {
      await this.#calls.run(work, undefined);
    } catch (error) {
      throw withRemovalHint(error);
    }
  }
}

/** Says which settings a driver has refused, or that it is none of a port. */
function withSettings(error: unknown, settings: SerialSettings): unknown {
  if (!(error instanceof Win32Error)) return error;
  const { baudRate, dataBits, stopBits, parity, flowControl } = settings;
  switch (error.win32) {
    case ERROR_INVALID_PARAMETER:
      return hinted(
        error,
        `The driver refuses ${baudRate} baud, ${dataBits} data bits, ` +
          `${stopBits} stop bits, parity "${parity}" or flow control ` +
          `"${flowControl}".`,
      );
    case ERROR_INVALID_FUNCTION:
    case ERROR_INVALID_HANDLE:
    case ERROR_NOT_SUPPORTED:
      return hinted(error, "It may be no serial port.");
    default:
      return error;
  }
}
