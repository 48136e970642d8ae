import type { DCB } from "../../../src/structs.ts";
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
  RTS_CONTROL_DISABLE,
  RTS_CONTROL_HANDSHAKE,
  RTS_CONTROL_TOGGLE,
} from "../../../src/win32/comm_constants.ts";
import { initialDcb } from "./serial_settings.ts";

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

/** The size of the buffers until SetupComm asks for more: WDS serial/openclos.c. */
const BUFFER_SIZE = 4096;

/** The line of a serial port: bytes, errors and modem lines on it, and the flow control and buffers of the driver. */
export abstract class SerialLine {
  readonly driver: SerialDriver;
  /** What SetCommState has set; it stays when the port is closed. */
  dcb: DCB = initialDcb();
  /** What SetCommMask has set. */
  mask = 0;
  isOpen = false;
  /** The size of the input buffer. */
  inputSize: number = BUFFER_SIZE;
  /** How many bytes a write may leave in the driver's buffer when it ends. */
  outputSize: number;
  /** Every change of the lines that a port sets, such as "+dtr" and "-rts". */
  readonly lineChanges: string[] = [];
  /** Bytes that have left the port. */
  readonly sent: number[] = [];
  /** Called with bytes that have left the port. */
  whenSent: ((bytes: readonly number[]) => void) | undefined;
  /** Bytes that have come and no read has taken. */
  readonly received: number[] = [];
  /** CE_ values that ClearCommError has not cleared. */
  errors = 0;
  /** EV_ values that have happened and no wait has returned. */
  protected events = 0;
  /** What writes have left that have ended, and is not on the line. */
  protected readonly output: number[] = [];
  /** Whether XOFF has come, or was pretended to. */
  protected isHeld = false;
  /** Whether XOFF was sent. */
  protected sentXoff = false;
  readonly #inputs = { cts: true, dsr: true, ring: false, carrier: true };
  readonly #outputs = { dtr: false, rts: false, break: false };
  #room = Infinity;

  constructor(driver: SerialDriver) {
    this.driver = driver;
    this.outputSize = driver === "serial.sys" ? 0 : BUFFER_SIZE;
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
    this.retry();
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
      if (this.driver === "serial.sys" || this.#isNearlyFull()) this.retry();
    }
    this.retry();
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
    this.retry();
  }

  /** The other end sets its lines. */
  setLines(lines: Partial<InputLines>): void {
    for (const name of Object.keys(lines) as (keyof InputLines)[]) {
      const isOn = lines[name];
      if (isOn === undefined || isOn === this.#inputs[name]) continue;
      this.#inputs[name] = isOn;
      this.#happen(LINE_EVENTS[name]);
    }
    this.retry();
  }

  /** Acts as if XOFF or XON had come: EscapeCommFunction. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.retry();
  }

  /** Sets a line. */
  setOutput(name: keyof OutputLines, isOn: boolean): void {
    if (this.#outputs[name] === isOn) return;
    this.#outputs[name] = isOn;
    this.lineChanges.push(`${isOn ? "+" : "-"}${name}`);
    // A break keeps bytes from being sent.
    if (name === "break" && !isOn) this.retry();
  }

  /** WDS serial/modmflow.c, SerialSetupNewHandFlow */
  protected setControlLines(): void {
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
        ? this.unsent() > 0
        : fRtsControl !== RTS_CONTROL_DISABLE,
    );
  }

  #receiveByte(given: number): void {
    // What comes while nobody has the port open is lost.
    if (!this.isOpen) return;
    const { dcb } = this;
    const { fOutX, fNull, fDsrSensitivity } = dcb.Flags;
    const byte = given & (1 << dcb.ByteSize) - 1;
    if (byte === 0 && fNull === 1) return;
    if (fOutX === 1 && (byte === dcb.XonChar || byte === dcb.XoffChar)) {
      this.isHeld = byte === dcb.XoffChar;
      return;
    }
    if (fDsrSensitivity === 1 && !this.#inputs.dsr) return;
    this.#happen(EV_RXCHAR | (byte === dcb.EvtChar ? EV_RXFLAG : 0));
    if (this.received.length === this.inputSize) {
      this.errors |= CE_RXOVER;
      this.#abortOnError();
      return;
    }
    this.received.push(byte);
    if (this.received.length === Math.floor(this.inputSize * 0.8)) {
      this.#happen(EV_RX80FULL);
    }
    if (this.#isNearlyFull()) this.#stopOtherEnd();
  }

  #isNearlyFull(): boolean {
    return this.received.length >= this.inputSize - this.dcb.XoffLim;
  }

  /** WDS serial/isr.c, SerialPutChar */
  #stopOtherEnd(): void {
    const { fDtrControl, fRtsControl, fInX } = this.dcb.Flags;
    if (fDtrControl === DTR_CONTROL_HANDSHAKE) this.setOutput("dtr", false);
    if (fRtsControl === RTS_CONTROL_HANDSHAKE) this.setOutput("rts", false);
    if (fInX === 1 && !this.sentXoff) {
      this.sentXoff = true;
      this.sent.push(this.dcb.XoffChar);
    }
  }

  /** WDS serial/modmflow.c, SerialHandleReducedIntBuffer */
  protected relieve(): void {
    if (!this.isOpen || this.received.length > this.dcb.XonLim) return;
    const { fDtrControl, fRtsControl } = this.dcb.Flags;
    if (fDtrControl === DTR_CONTROL_HANDSHAKE) this.setOutput("dtr", true);
    if (fRtsControl === RTS_CONTROL_HANDSHAKE) this.setOutput("rts", true);
    if (this.sentXoff) {
      this.sentXoff = false;
      this.sent.push(this.dcb.XonChar);
    }
  }

  #maySend(): boolean {
    const { fOutxCtsFlow, fOutxDsrFlow, fTXContinueOnXoff } = this.dcb.Flags;
    return this.#room > 0 && !this.isHeld && !this.#outputs.break &&
      (fOutxCtsFlow === 0 || this.#inputs.cts) &&
      (fOutxDsrFlow === 0 || this.#inputs.dsr) &&
      (fTXContinueOnXoff === 1 || !this.sentXoff);
  }

  /** Sends what the line takes now. */
  protected transmit(): void {
    const toggles = this.dcb.Flags.fRtsControl === RTS_CONTROL_TOGGLE;
    const mask = (1 << this.dcb.ByteSize) - 1;
    const bytes = this.firstWrite();
    const before = this.sent.length;
    for (;;) {
      const from = this.output.length > 0 ? this.output : bytes;
      if (from.length === 0 || !this.#maySend()) break;
      if (toggles) this.setOutput("rts", true);
      this.sent.push(from.shift()! & mask);
      this.#room--;
    }
    const room = this.outputSize - this.output.length;
    this.output.push(...bytes.splice(0, Math.max(room, 0)));
    if (this.sent.length === before) return;
    if (this.unsent() === 0) {
      if (toggles) this.setOutput("rts", false);
      this.#happen(EV_TXEMPTY);
    }
    this.whenSent?.(this.sent.slice(before));
  }

  /** How many bytes are still to be sent. */
  protected unsent(): number {
    return this.output.length + this.unsentWrites();
  }

  /** Notes events that the program wants to know of. */
  #happen(events: number): void {
    this.events |= events & this.mask;
  }

  #abortOnError(): void {
    // "… the driver terminates all read and write operations with an error status if an error occurs": ns-winbase-dcb
    if (this.dcb.Flags.fAbortOnError === 0) return;
    this.abortTransfers();
  }

  /** The line is used from now on. WDS serial/openclos.c; that there are no errors: Wine's dlls/kernel32/tests/comm.c, test_OpenComm */
  protected begin(): void {
    this.isOpen = true;
    this.received.length = 0;
    this.output.length = 0;
    this.errors = 0;
    this.mask = 0;
    this.events = 0;
    this.inputSize = BUFFER_SIZE;
    // The lines are set as the last program wanted them.
    this.setControlLines();
  }

  /** The line is no longer used. WDS serial/openclos.c, SerialFileCloseWorker */
  protected finish(): void {
    this.isOpen = false;
    this.mask = 0;
    this.isHeld = this.sentXoff = false;
    for (const name of ["dtr", "rts", "break"] as const) {
      this.setOutput(name, false);
    }
  }

  /** The bytes that the write has left which is performed. */
  protected abstract firstWrite(): number[];
  /** How many bytes all writes have left. */
  protected abstract unsentWrites(): number;
  /** Ends reads and writes. */
  protected abstract abortTransfers(): void;
  /** Performs what can be performed now. */
  protected abstract retry(): void;
}
