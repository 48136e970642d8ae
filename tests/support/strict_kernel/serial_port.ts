import { CharacterDevice } from "./device.ts";
import { STATUS_IO_TIMEOUT, STATUS_SUCCESS, STATUS_TIMEOUT } from "./status.ts";

/**
 * How a driver ends a time-out: with a success and the count so far (FTDI), with STATUS_TIMEOUT, which is a success, and
 * the count so far (Microsoft's serial.sys), or with ERROR_SEM_TIMEOUT if nothing came (usbser.sys).
 */
export type TimeoutEnd = "success" | "status" | "error";

/** COMMTIMEOUTS, in order: https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-commtimeouts */
export type Timeouts = readonly [
  readInterval: number,
  readMultiplier: number,
  readConstant: number,
  writeMultiplier: number,
  writeConstant: number,
];

const MAXDWORD = 0xFFFF_FFFF;

/** A serial port. Its time-outs elapse at once, if they are set; without any, reads and writes wait. */
export class SerialPort extends CharacterDevice {
  /** What GetCommTimeouts gives. */
  timeouts: Timeouts = [0, 0, 0, 0, 0];
  /** What GetCommState gives. */
  state: Uint8Array = new Uint8Array(28);
  /** Bytes that have come and were not read. */
  readonly received: number[] = [];
  /** Bytes that were sent. */
  readonly sent: number[] = [];
  /** How many bytes can be sent until the other end takes more. */
  room: number = Infinity;
  /** How many reads ended by a time-out. */
  timedOutReads = 0;
  readonly #end: TimeoutEnd;

  constructor(end: TimeoutEnd) {
    super({
      read: (length) => this.#read(length),
      write: (bytes) => this.#write(bytes),
    });
    this.#end = end;
    this.state[0] = this.state.length;
  }

  #read(length: number) {
    const [interval, multiplier, constant] = this.timeouts;
    const returnsAtOnce = interval === MAXDWORD;
    const isEnough = returnsAtOnce
      ? this.received.length > 0
      : this.received.length >= length;
    const expires = returnsAtOnce || multiplier > 0 || constant > 0;
    if (!isEnough && !expires) return undefined;
    const bytes = Uint8Array.from(this.received.splice(0, length));
    if (isEnough) return bytes;
    this.timedOutReads++;
    return { bytes, status: this.#statusOf(bytes.length) };
  }

  #write(bytes: Uint8Array) {
    const [, , , multiplier, constant] = this.timeouts;
    const count = Math.min(bytes.length, this.room);
    if (count < bytes.length && multiplier === 0 && constant === 0) return;
    this.room -= count;
    this.sent.push(...bytes.subarray(0, count));
    if (count === bytes.length) return { count };
    return { count, status: this.#statusOf(count) };
  }

  #statusOf(count: number): number {
    if (this.#end === "status") return STATUS_TIMEOUT;
    return this.#end === "error" && count === 0
      ? STATUS_IO_TIMEOUT
      : STATUS_SUCCESS;
  }
}

/** A console's input: lines that are typed, of which an empty one stands for Ctrl+Z. */
export class Console extends CharacterDevice {
  constructor(lines: Uint8Array[]) {
    super({ read: () => lines.shift() });
  }
}
