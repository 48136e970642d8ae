import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_OPERATION_ABORTED,
} from "../../../src/errors/codes.ts";
import type { COMMTIMEOUTS, DCB } from "../../../src/structs.ts";
import {
  CE_BREAK,
  CE_FRAME,
  CE_OVERRUN,
  CE_RXOVER,
  CE_RXPARITY,
  DTR_CONTROL_DISABLE,
  DTR_CONTROL_HANDSHAKE,
  EV_BREAK,
  EV_CTS,
  EV_DSR,
  EV_ERR,
  EV_RING,
  EV_RLSD,
  EV_RX80FULL,
  EV_RXCHAR,
  EV_RXFLAG,
  EV_TXEMPTY,
  FILE_READ_DATA,
  FILE_TYPE_CHAR,
  FILE_WRITE_DATA,
  OPEN_EXISTING,
  RTS_CONTROL_DISABLE,
  RTS_CONTROL_HANDSHAKE,
  RTS_CONTROL_TOGGLE,
} from "../../../src/win32/constants.ts";
import { fail } from "./failure.ts";
import type { StrictKernel } from "./kernel.ts";
import type { Device } from "./namespace.ts";
import type { OpenMode, Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import type { Process } from "./process.ts";
import { SerialQueue, type Transfer } from "./serial_queue.ts";
import {
  initialDcb,
  initialTimeouts,
  readRule,
  writeTimeout,
} from "./serial_settings.ts";
import {
  codeOfStatus,
  STATUS_CANCELLED,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_INVALID_DEVICE_STATE,
  STATUS_IO_TIMEOUT,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
} from "./status.ts";

/**
 * Whose driver a port has.
 *
 * - "serial.sys": a time-out is STATUS_TIMEOUT, a success, with the count so far; a write ends when its bytes are on the line.
 *   WDS serial/read.c, write.c
 * - "FTDI": a time-out is a success with the count so far; a write ends when its bytes are in the output buffer.
 *   dotnet/corefx#16542
 * - "usbser.sys": a time-out without a byte fails with ERROR_SEM_TIMEOUT; a write ends as with FTDI. serialport/node-serialport#781
 */
export type SerialDriver = "serial.sys" | "FTDI" | "usbser.sys";

/** The lines that a port reads. */
export interface InputLines {
  cts: boolean;
  dsr: boolean;
  ring: boolean;
  /** DCD, which Windows calls RLSD. */
  carrier: boolean;
}

/** The lines that a port sets. */
export interface OutputLines {
  dtr: boolean;
  rts: boolean;
  break: boolean;
}

/** What can be wrong on the line. */
export type LineError = "framing" | "overrun" | "parity" | "break";

const LINE_ERRORS: Readonly<Record<LineError, number>> = {
  framing: CE_FRAME,
  overrun: CE_OVERRUN,
  parity: CE_RXPARITY,
  break: CE_BREAK,
};

const LINE_EVENTS: Readonly<Record<keyof InputLines, number>> = {
  cts: EV_CTS,
  dsr: EV_DSR,
  ring: EV_RING,
  carrier: EV_RLSD,
};

/** The control code that WaitCommEvent sends. */
export const IOCTL_SERIAL_WAIT_ON_MASK = 0x001B_0048;

/** The size of the buffers until SetupComm asks for more: WDS serial/openclos.c. */
const BUFFER_SIZE = 4096;

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
 *     port.whenSent = () => port.receive("OK");  // called whenever bytes have left; see also playSerialDevice()
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
export class SerialPort implements Target, Device {
  readonly type: number = FILE_TYPE_CHAR;
  readonly seeks = false;
  readonly driver: SerialDriver;
  /** What SetCommState has set; it stays when the port is closed. */
  dcb: DCB = initialDcb();
  /** What SetCommTimeouts has set; it stays, too. */
  timeouts: COMMTIMEOUTS = initialTimeouts();
  /** What SetCommMask has set. */
  mask = 0;
  /** What SetupComm was last called with since the port was opened. */
  queueSizes: { readonly in: number; readonly out: number } | undefined;
  isOpen = false;
  /** How many bytes a write may leave in the driver's buffer when it ends. */
  outputSize: number;
  /** Every change of the lines that a port sets, such as "+dtr" and "-rts". */
  readonly lineChanges: string[] = [];
  /** Bytes that have left the port. */
  readonly sent: number[] = [];
  /** Called when bytes have left the port. */
  whenSent: (() => void) | undefined;
  /** Bytes that have come and no read has taken. */
  readonly received: number[] = [];
  /** CE_ values that ClearCommError has not cleared. */
  errors = 0;
  readonly #kernel: StrictKernel;
  readonly #name: string;
  readonly #inputs = { cts: true, dsr: true, ring: false, carrier: true };
  readonly #outputs = { dtr: false, rts: false, break: false };
  readonly #reads: SerialQueue;
  readonly #writes: SerialQueue;
  /** What writes have left that have ended, and is not on the line. */
  readonly #output: number[] = [];
  #wait: Operation | undefined;
  /** EV_ values that have happened and no wait has returned. */
  #events = 0;
  #room = Infinity;
  #inputSize = BUFFER_SIZE;
  /** Whether XOFF has come, or was pretended to. */
  #isHeld = false;
  /** Whether XOFF was sent. */
  #sentXoff = false;
  /** The status of all that is asked of a port that was pulled out. */
  #goneStatus: number | undefined;

  constructor(kernel: StrictKernel, name: string, driver: SerialDriver) {
    this.#kernel = kernel;
    this.#name = name;
    this.driver = driver;
    this.outputSize = driver === "serial.sys" ? 0 : BUFFER_SIZE;
    const begin = (transfer: Transfer) => {
      transfer.started = kernel.clock.now;
      transfer.timeouts = this.timeouts;
    };
    this.#reads = new SerialQueue(begin);
    this.#writes = new SerialQueue(begin);
  }

  /** The lines as the program has them. */
  get lines(): Readonly<OutputLines> {
    return { ...this.#outputs };
  }

  /** The lines as the other end has them. */
  get inputs(): Readonly<InputLines> {
    return { ...this.#inputs };
  }

  /** How many bytes the line takes until it is assigned anew. */
  get room(): number {
    return this.#room;
  }

  set room(room: number) {
    this.#room = room;
    this.#retry();
  }

  /** The bytes that have left the port since the last time, as a string of Latin-1. */
  takeSent(): string {
    return String.fromCharCode(...this.sent.splice(0));
  }

  /** Bytes come in: numbers, or the characters of a string of Latin-1. */
  receive(...data: readonly (number | string)[]): void {
    const bytes = data.flatMap((item) =>
      typeof item === "number"
        ? [item]
        : Array.from(item, (character) => character.charCodeAt(0))
    );
    for (const byte of bytes) {
      this.#receiveByte(byte);
      // USB brings packets: a read that waits for the first byte gets all of one.
      if (this.driver === "serial.sys" || this.#isNearlyFull()) this.#retry();
    }
    this.#retry();
  }

  /** Something is wrong on the line, with the byte that came so if there was one. */
  lineError(kind: LineError, byte?: number): void {
    if (!this.isOpen) return;
    const { fParity, fErrorChar } = this.dcb.Flags;
    // "If this member is TRUE, parity checking is performed and errors are reported.": ns-winbase-dcb
    if (kind !== "parity" || fParity === 1) {
      this.errors |= LINE_ERRORS[kind];
      this.#happen(kind === "break" ? EV_BREAK : EV_ERR);
      if (kind === "parity" && fErrorChar === 1) byte = this.dcb.ErrorChar;
      this.#abortOnError();
    }
    if (byte !== undefined) this.#receiveByte(byte);
    this.#retry();
  }

  /** The other end sets its lines. */
  setLines(lines: Partial<InputLines>): void {
    for (const name of Object.keys(lines) as (keyof InputLines)[]) {
      const isOn = lines[name];
      if (isOn === undefined || isOn === this.#inputs[name]) continue;
      this.#inputs[name] = isOn;
      this.#happen(LINE_EVENTS[name]);
    }
    this.#retry();
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
    this.isOpen = true;
    // WDS serial/openclos.c; that there are no errors: Wine's dlls/kernel32/tests/comm.c, test_OpenComm
    this.received.length = 0;
    this.#output.length = 0;
    this.errors = 0;
    this.mask = 0;
    this.#events = 0;
    this.#inputSize = BUFFER_SIZE;
    this.queueSizes = undefined;
    // WDS serial/openclos.c: the lines are set as the last program wanted them.
    this.#setControlLines();
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
    this.#retry();
    return result;
  }

  ended(operation: Operation): void {
    if (operation === this.#wait) this.#wait = undefined;
    if (this.#reads.remove(operation) || this.#writes.remove(operation)) {
      this.#retry();
    }
  }

  closed(): void {
    this.isOpen = false;
    this.mask = 0;
    this.#reads.clear();
    this.#writes.clear();
    this.#isHeld = this.#sentXoff = false;
    // WDS serial/openclos.c, SerialFileCloseWorker
    for (const name of ["dtr", "rts", "break"] as const) {
      this.setOutput(name, false);
    }
  }

  /** Takes over settings. */
  setState(dcb: DCB): void {
    this.dcb = dcb;
    if (dcb.Flags.fOutX === 0) this.#isHeld = false;
    this.#setControlLines();
    this.#retry();
  }

  /** Takes over a mask, and ends the wait with the mask 0: WDS serial/waitmask.c, SerialFinishOldWait. */
  setMask(mask: number): void {
    const wait = this.#wait;
    if (wait !== undefined) {
      const events = new Uint8Array(4);
      this.#kernel.io.pending.endNow(wait, STATUS_SUCCESS, events);
    }
    this.mask = mask;
    this.#events &= mask;
  }

  /** Takes over sizes of the buffers: those of USB have their own, and serial.sys makes them no smaller. */
  setQueueSizes(sizes: { readonly in: number; readonly out: number }): void {
    this.queueSizes = sizes;
    if (this.driver === "serial.sys") {
      this.#inputSize = Math.max(this.#inputSize, sizes.in);
    }
  }

  /** The size of the input buffer. */
  get inputSize(): number {
    return this.#inputSize;
  }

  /** COMSTAT. */
  status(): [flags: number, inQueue: number, outQueue: number] {
    const { fOutxCtsFlow, fOutxDsrFlow } = this.dcb.Flags;
    const flags = [
      fOutxCtsFlow === 1 && !this.#inputs.cts,
      fOutxDsrFlow === 1 && !this.#inputs.dsr,
      false,
      this.#isHeld,
      this.#sentXoff,
    ].reduce((bits, isSet, index) => bits | Number(isSet) << index, 0);
    return [flags, this.received.length, this.#unsent()];
  }

  /** Ends what is pending and empties buffers: WDS serial/purge.c; there is no output buffer under serial.sys. */
  purge(
    aborts: { reads: boolean; writes: boolean },
    clears: { input: boolean; output: boolean },
  ): void {
    if (aborts.writes) this.#abort(this.#writes);
    if (aborts.reads) this.#abort(this.#reads);
    if (clears.output) this.#output.length = 0;
    if (clears.input) this.received.length = 0;
    this.#relieve();
    this.#retry();
  }

  /** Acts as if XOFF or XON had come: EscapeCommFunction. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#retry();
  }

  /** Sets a line. */
  setOutput(name: keyof OutputLines, isOn: boolean): void {
    if (this.#outputs[name] === isOn) return;
    this.#outputs[name] = isOn;
    this.lineChanges.push(`${isOn ? "+" : "-"}${name}`);
    // A break keeps bytes from being sent.
    if (name === "break" && !isOn) this.#retry();
  }

  /** WDS serial/modmflow.c, SerialSetupNewHandFlow */
  #setControlLines(): void {
    const { fDtrControl, fRtsControl } = this.dcb.Flags;
    const isRoomy = !this.#isNearlyFull();
    this.setOutput(
      "dtr",
      fDtrControl === DTR_CONTROL_HANDSHAKE
        ? isRoomy
        : fDtrControl !== DTR_CONTROL_DISABLE,
    );
    this.setOutput(
      "rts",
      fRtsControl === RTS_CONTROL_HANDSHAKE
        ? isRoomy
        : fRtsControl === RTS_CONTROL_TOGGLE
        ? this.#unsent() > 0
        : fRtsControl !== RTS_CONTROL_DISABLE,
    );
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
      this.#relieve();
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
    this.#transmit();
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
    this.#transmit();
    return this.#output.length > 0
      ? undefined
      : { status: STATUS_SUCCESS, count: 0 };
  }

  /** WDS serial/waitmask.c, SerialGiveWaitToIsr */
  #performWait(operation: Operation): Result | undefined {
    if (this.#events === 0) return undefined;
    operation.put(new Uint8Array(Uint32Array.of(this.#events).buffer));
    this.#events = 0;
    this.#wait = undefined;
    return { status: STATUS_SUCCESS, count: 4 };
  }

  #timeout(count: number): number {
    if (this.driver === "serial.sys") return STATUS_TIMEOUT;
    return this.driver === "usbser.sys" && count === 0
      ? STATUS_IO_TIMEOUT
      : STATUS_SUCCESS;
  }

  #receiveByte(given: number): void {
    // What comes while nobody has the port open is lost.
    if (!this.isOpen) return;
    const { dcb } = this;
    const { fOutX, fNull, fDsrSensitivity } = dcb.Flags;
    const byte = given & (1 << dcb.ByteSize) - 1;
    if (byte === 0 && fNull === 1) return;
    if (fOutX === 1 && (byte === dcb.XonChar || byte === dcb.XoffChar)) {
      this.#isHeld = byte === dcb.XoffChar;
      return;
    }
    if (fDsrSensitivity === 1 && !this.#inputs.dsr) return;
    this.#happen(EV_RXCHAR | (byte === dcb.EvtChar ? EV_RXFLAG : 0));
    if (this.received.length === this.#inputSize) {
      this.errors |= CE_RXOVER;
      this.#abortOnError();
      return;
    }
    this.received.push(byte);
    if (this.received.length === Math.floor(this.#inputSize * 0.8)) {
      this.#happen(EV_RX80FULL);
    }
    if (this.#isNearlyFull()) this.#stopOtherEnd();
  }

  #isNearlyFull(): boolean {
    return this.received.length >= this.#inputSize - this.dcb.XoffLim;
  }

  /** WDS serial/isr.c, SerialPutChar */
  #stopOtherEnd(): void {
    const { fDtrControl, fRtsControl, fInX } = this.dcb.Flags;
    if (fDtrControl === DTR_CONTROL_HANDSHAKE) this.setOutput("dtr", false);
    if (fRtsControl === RTS_CONTROL_HANDSHAKE) this.setOutput("rts", false);
    if (fInX === 1 && !this.#sentXoff) {
      this.#sentXoff = true;
      this.sent.push(this.dcb.XoffChar);
    }
  }

  /** WDS serial/modmflow.c, SerialHandleReducedIntBuffer */
  #relieve(): void {
    if (!this.isOpen || this.received.length > this.dcb.XonLim) return;
    const { fDtrControl, fRtsControl } = this.dcb.Flags;
    if (fDtrControl === DTR_CONTROL_HANDSHAKE) this.setOutput("dtr", true);
    if (fRtsControl === RTS_CONTROL_HANDSHAKE) this.setOutput("rts", true);
    if (this.#sentXoff) {
      this.#sentXoff = false;
      this.sent.push(this.dcb.XonChar);
    }
  }

  #maySend(): boolean {
    const { fOutxCtsFlow, fOutxDsrFlow, fTXContinueOnXoff } = this.dcb.Flags;
    return this.#room > 0 && !this.#isHeld && !this.#outputs.break &&
      (fOutxCtsFlow === 0 || this.#inputs.cts) &&
      (fOutxDsrFlow === 0 || this.#inputs.dsr) &&
      (fTXContinueOnXoff === 1 || !this.#sentXoff);
  }

  /** Sends what the line takes now. */
  #transmit(): void {
    const toggles = this.dcb.Flags.fRtsControl === RTS_CONTROL_TOGGLE;
    const mask = (1 << this.dcb.ByteSize) - 1;
    const bytes = this.#writes.first?.bytes ?? [];
    const before = this.sent.length;
    for (;;) {
      const from = this.#output.length > 0 ? this.#output : bytes;
      if (from.length === 0 || !this.#maySend()) break;
      if (toggles) this.setOutput("rts", true);
      this.sent.push(from.shift()! & mask);
      this.#room--;
    }
    const room = this.outputSize - this.#output.length;
    this.#output.push(...bytes.splice(0, Math.max(room, 0)));
    if (this.sent.length === before) return;
    if (this.#unsent() === 0) {
      if (toggles) this.setOutput("rts", false);
      this.#happen(EV_TXEMPTY);
    }
    this.whenSent?.();
  }

  #unsent(): number {
    return this.#writes.transfers.reduce(
      (sum, { bytes }) => sum + bytes.length,
      this.#output.length,
    );
  }

  /** Notes events that the program wants to know of. */
  #happen(events: number): void {
    this.#events |= events & this.mask;
  }

  #abortOnError(): void {
    // "… the driver terminates all read and write operations with an error status if an error occurs": ns-winbase-dcb
    if (this.dcb.Flags.fAbortOnError === 0) return;
    this.#abort(this.#writes);
    this.#abort(this.#reads);
  }

  #abort(queue: SerialQueue): void {
    const { pending } = this.#kernel.io;
    const isWrite = queue === this.#writes;
    for (const { operation, bytes } of [...queue.transfers]) {
      // WDS serial/write.c, SerialGrabWriteFromIsr: what was sent counts.
      const count = isWrite ? operation.request.length - bytes.length : 0;
      pending.endNow(operation, STATUS_CANCELLED, undefined, count);
    }
  }

  /** Performs what can be performed now. */
  #retry(): void {
    if (this.isOpen) this.#transmit();
    this.#kernel.io.pending.retry();
  }
}
