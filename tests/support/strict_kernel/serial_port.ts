import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_OPERATION_ABORTED,
} from "../../../src/errors/codes.ts";
import type { COMMTIMEOUTS, DCB } from "../../../src/structs.ts";
import {
  FILE_READ_DATA,
  FILE_TYPE_CHAR,
  FILE_WRITE_DATA,
  OPEN_EXISTING,
} from "../../../src/win32/constants.ts";
import { fail } from "./failure.ts";
import type { StrictKernel } from "./kernel.ts";
import type { Device } from "./namespace.ts";
import type { OpenMode, Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import type { Process } from "./process.ts";
import { type SerialDriver, SerialLine } from "./serial_line.ts";
import { SerialQueue, type Transfer } from "./serial_queue.ts";
import { initialTimeouts, readRule, writeTimeout } from "./serial_settings.ts";
import {
  codeOfStatus,
  STATUS_CANCELLED,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_INVALID_DEVICE_STATE,
  STATUS_IO_TIMEOUT,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
} from "./status.ts";

export type { SerialDriver } from "./serial_line.ts";

/** The control code that WaitCommEvent sends. */
export const IOCTL_SERIAL_WAIT_ON_MASK = 0x001B_0048;

/** Plugs in a port, under a name such as "COM7". */
export function plugIn(
  kernel: StrictKernel,
  name: string,
  driver: SerialDriver = "serial.sys",
): SerialPort {
  const port = new SerialPort(kernel, name.toLowerCase(), driver);
  kernel.names.devices.set(name.toLowerCase(), port);
  return port;
}

/**
 * A serial port, and the device at its other end, which the test plays:
 *
 *     const port = plugIn(kernel, "COM7", "usbser.sys");
 *     port.receive("OK\r\n");                    // bytes come in: a string or numbers
 *     port.sent;                                 // the bytes that have left the port, as numbers; takeSent() as a string, once
 *     port.whenSent = () => port.receive("OK");  // called with bytes that have left; see also playSerialDevice()
 *     port.room = 3;                             // the line takes three more bytes, then writes wait; Infinity at first
 *     port.lineError("parity", 0x41);            // "framing" | "overrun" | "parity" | "break", with the byte it came with
 *     port.setLines({ cts: true, dsr: false });  // also ring, carrier; all are on at first but ring
 *     port.lines;                                // { dtr, rts, break } as the program has them
 *     port.unplug();                             // surprise removal
 *     kernel.clock.advance(100);                 // time-outs elapse in this time, and only so
 *     kernel.clock.jumps = true;                 // … or by themselves, whenever nothing else happens
 *     port.dcb, port.timeouts, port.mask, port.queueSizes, port.isOpen   // what the program has set; dcb and timeouts can be
 *                                                // assigned before the port is opened, as another program may have left them
 */
export class SerialPort extends SerialLine implements Target, Device {
  readonly type: number = FILE_TYPE_CHAR;
  readonly seeks = false;
  /** What SetCommTimeouts has set; it stays when the port is closed. */
  timeouts: COMMTIMEOUTS = initialTimeouts();
  /** What SetupComm was last called with since the port was opened. */
  queueSizes: { readonly in: number; readonly out: number } | undefined;
  readonly #kernel: StrictKernel;
  readonly #name: string;
  readonly #reads: SerialQueue;
  readonly #writes: SerialQueue;
  #wait: Operation | undefined;
  /** The status of all that is asked of a port that was pulled out. */
  #goneStatus: number | undefined;

  constructor(kernel: StrictKernel, name: string, driver: SerialDriver) {
    super(driver);
    this.#kernel = kernel;
    this.#name = name;
    const begin = (transfer: Transfer) => {
      transfer.started = kernel.clock.now;
      transfer.timeouts = this.timeouts;
    };
    this.#reads = new SerialQueue(begin);
    this.#writes = new SerialQueue(begin);
  }

  /**
   * The port is pulled out: what is pending ends, and nothing can be asked of it any more but to be closed.
   *
   * Drivers differ: then ERROR_BAD_COMMAND (libusb#297, sigrok-pico#7: what the framework of drivers answers for a removed
   * device), ERROR_ACCESS_DENIED (ziglang/zig#23648, serialport/node-serialport#1145) or ERROR_GEN_FAILURE; and for what is
   * pending ERROR_OPERATION_ABORTED, or the same.
   */
  unplug(
    status: number = STATUS_INVALID_DEVICE_STATE,
    pendingStatus: number = STATUS_CANCELLED,
  ): void {
    this.#goneStatus = status;
    this.#kernel.names.devices.delete(this.#name);
    const pending = [
      ...this.#reads.transfers,
      ...this.#writes.transfers,
    ].map(({ operation }) => operation);
    if (this.#wait !== undefined) pending.push(this.#wait);
    for (const operation of pending) {
      this.#kernel.io.pending.endNow(operation, pendingStatus);
    }
  }

  open(mode: OpenMode, _process: Process, disposition: number): Target {
    // dwShareMode must be zero, dwCreationDisposition OPEN_EXISTING: sdk CreateFileW, "Communications Resources"
    if (mode.share !== 0 || disposition !== OPEN_EXISTING) {
      fail(ERROR_INVALID_PARAMETER);
    }
    // https://learn.microsoft.com/windows/win32/devio/communications-resource-handles: exclusive access
    if (this.isOpen) fail(ERROR_ACCESS_DENIED);
    this.queueSizes = undefined;
    this.begin();
    return this;
  }

  check(operation: Operation): void {
    const { kind, open, flags, length } = operation.request;
    this.checkUsable();
    if (kind === "read") {
      if (!open.may(FILE_READ_DATA)) fail(ERROR_ACCESS_DENIED);
      if (length > 0) this.#reads.add(operation, [], this.timeouts);
    } else if (kind === "write" || kind === "flush") {
      if (!open.may(FILE_WRITE_DATA)) fail(ERROR_ACCESS_DENIED);
      if (kind === "write" && length === 0) return;
      const bytes = kind === "flush" ? [] : [...operation.bytes()];
      this.#writes.add(operation, bytes, this.timeouts);
    } else if (kind === "control" && flags === IOCTL_SERIAL_WAIT_ON_MASK) {
      // WDS serial/waitmask.c: a mask of 0, or another wait
      if (this.mask === 0 || this.#wait !== undefined || length < 4) {
        fail(ERROR_INVALID_PARAMETER);
      }
      this.#wait = operation;
    }
  }

  /**
   * Refuses what cannot be asked now: of a port that was pulled out, and after an error on one of fAbortOnError, where only
   * ClearCommError is let through: WDS serial/utils.c, SerialCompleteIfError.
   */
  checkUsable(isClearing = false): void {
    if (this.#goneStatus !== undefined) fail(codeOfStatus(this.#goneStatus));
    if (!isClearing && this.errors !== 0 && this.dcb.Flags.fAbortOnError) {
      fail(ERROR_OPERATION_ABORTED);
    }
  }

  perform(operation: Operation): Result | undefined {
    const { kind, length } = operation.request;
    if (operation === this.#wait) return this.#performWait(operation);
    if (kind !== "read" && kind !== "write" && kind !== "flush") {
      return { status: STATUS_INVALID_DEVICE_REQUEST, count: 0 };
    }
    // The framework of drivers ends transfers of no bytes: WDS serial/read.c, SerialEvtIoRead
    if (kind !== "flush" && length === 0) {
      return { status: STATUS_SUCCESS, count: 0 };
    }
    const queue = kind === "read" ? this.#reads : this.#writes;
    const { first } = queue;
    if (first?.operation !== operation) return undefined;
    const result = kind === "read"
      ? this.#performRead(first)
      : kind === "write"
      ? this.#performWrite(first)
      : this.#performFlush();
    if (result === undefined) return undefined;
    queue.remove(operation);
    this.retry();
    return result;
  }

  ended(operation: Operation): void {
    if (operation === this.#wait) this.#wait = undefined;
    if (this.#reads.remove(operation) || this.#writes.remove(operation)) {
      this.retry();
    }
  }

  closed(): void {
    this.#reads.clear();
    this.#writes.clear();
    this.finish();
  }

  /** Takes over settings. */
  setState(dcb: DCB): void {
    this.dcb = dcb;
    if (dcb.Flags.fOutX === 0) this.isHeld = false;
    this.setControlLines();
    this.retry();
  }

  /** Takes over a mask, and ends the wait with the mask 0: WDS serial/waitmask.c, SerialFinishOldWait. */
  setMask(mask: number): void {
    const wait = this.#wait;
    if (wait !== undefined) {
      const events = new Uint8Array(4);
      this.#kernel.io.pending.endNow(wait, STATUS_SUCCESS, events);
    }
    this.mask = mask;
    this.events &= mask;
  }

  /** Takes over sizes of the buffers: those of USB have their own, and serial.sys makes them no smaller. */
  setQueueSizes(sizes: { readonly in: number; readonly out: number }): void {
    this.queueSizes = sizes;
    if (this.driver === "serial.sys") {
      this.inputSize = Math.max(this.inputSize, sizes.in);
    }
  }

  /** COMSTAT. */
  status(): [flags: number, inQueue: number, outQueue: number] {
    const { fOutxCtsFlow, fOutxDsrFlow } = this.dcb.Flags;
    const flags = [
      fOutxCtsFlow === 1 && !this.inputs.cts,
      fOutxDsrFlow === 1 && !this.inputs.dsr,
      false,
      this.isHeld,
      this.sentXoff,
    ].reduce((bits, isSet, index) => bits | Number(isSet) << index, 0);
    return [flags, this.received.length, this.unsent()];
  }

  /** Ends what is pending and empties buffers: WDS serial/purge.c; there is no output buffer under serial.sys. */
  purge(
    aborts: { reads: boolean; writes: boolean },
    clears: { input: boolean; output: boolean },
  ): void {
    if (aborts.writes) this.#abort(this.#writes);
    if (aborts.reads) this.#abort(this.#reads);
    if (clears.output) this.output.length = 0;
    if (clears.input) this.received.length = 0;
    this.relieve();
    this.retry();
  }

  #performRead(transfer: Transfer): Result | undefined {
    const { operation, bytes, timeouts, started } = transfer;
    const { length } = operation.request;
    const { now } = this.#kernel.clock;
    const rule = readRule(timeouts, length);
    const isFirstLook = !transfer.hasLooked;
    transfer.hasLooked = true;
    // WDS serial/read.c, crunchDownToOne: a read that waits for the first byte becomes one of one byte.
    const isOfOne = !isFirstLook && rule.endsWithFirst &&
      this.driver === "serial.sys";
    const taken = this.received.splice(
      0,
      (isOfOne ? 1 : length) - bytes.length,
    );
    bytes.push(...taken);
    if (taken.length > 0) {
      transfer.last = now;
      this.relieve();
    }
    const isEnough = bytes.length === length || rule.isImmediate ||
      bytes.length > 0 &&
        (rule.endsWithFirst || rule.endsWithAny && isFirstLook);
    const deadline = Math.min(
      started + rule.total,
      bytes.length > 0 ? transfer.last + rule.interval : Infinity,
    );
    if (!isEnough && now < deadline) {
      if (deadline < Infinity) this.#kernel.clock.at(deadline);
      return undefined;
    }
    operation.put(Uint8Array.from(bytes));
    const status = isEnough ? STATUS_SUCCESS : this.#timeout(bytes.length);
    return { status, count: bytes.length };
  }

  #performWrite(transfer: Transfer): Result | undefined {
    const { operation, bytes, timeouts, started } = transfer;
    const { length } = operation.request;
    this.transmit();
    const count = length - bytes.length;
    if (bytes.length === 0) return { status: STATUS_SUCCESS, count };
    const deadline = started + writeTimeout(timeouts, length);
    if (this.#kernel.clock.now >= deadline) {
      return { status: this.#timeout(count), count };
    }
    if (deadline < Infinity) this.#kernel.clock.at(deadline);
    return undefined;
  }

  /** It ends when all before it is sent: WDS serial/flush.c. */
  #performFlush(): Result | undefined {
    this.transmit();
    return this.output.length > 0
      ? undefined
      : { status: STATUS_SUCCESS, count: 0 };
  }

  /** WDS serial/waitmask.c, SerialGiveWaitToIsr */
  #performWait(operation: Operation): Result | undefined {
    if (this.events === 0) return undefined;
    operation.put(new Uint8Array(Uint32Array.of(this.events).buffer));
    this.events = 0;
    this.#wait = undefined;
    return { status: STATUS_SUCCESS, count: 4 };
  }

  #timeout(count: number): number {
    if (this.driver === "serial.sys") return STATUS_TIMEOUT;
    return this.driver === "usbser.sys" && count === 0
      ? STATUS_IO_TIMEOUT
      : STATUS_SUCCESS;
  }

  /** Without a count, even of what was sent: WDS serial/utils.c, SerialTryToCompleteCurrent. */
  #abort(queue: SerialQueue): void {
    for (const { operation } of [...queue.transfers]) {
      this.#kernel.io.pending.endNow(operation, STATUS_CANCELLED);
    }
  }

  protected override firstWrite(): number[] {
    return this.#writes.first?.bytes ?? [];
  }

  protected override unsentWrites(): number {
    return this.#writes.transfers.reduce(
      (sum, { bytes }) => sum + bytes.length,
      0,
    );
  }

  protected override abortTransfers(): void {
    this.#abort(this.#writes);
    this.#abort(this.#reads);
  }

  protected override retry(): void {
    if (this.isOpen) this.transmit();
    this.#kernel.io.pending.retry();
  }
}
