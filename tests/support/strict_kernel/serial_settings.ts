import { ERROR_INVALID_PARAMETER } from "../../../src/errors/codes.ts";
import { COMMTIMEOUTS, DCB } from "../../../src/structs.ts";
import {
  DTR_CONTROL_ENABLE,
  DTR_CONTROL_HANDSHAKE,
  EVENPARITY,
  MAXDWORD,
  ONE5STOPBITS,
  ONESTOPBIT,
  RTS_CONTROL_ENABLE,
  SPACEPARITY,
  TWOSTOPBITS,
} from "../../../src/win32/comm_constants.ts";
import { fail } from "./failure.ts";

/** What a port is set to that no program has set up: WDS serial/initunlo.c, registry.c. */
export function initialDcb(): DCB {
  return DCB.read(DCB.create({
    DCBlength: DCB.size,
    BaudRate: 1200,
    Flags: {
      fBinary: 1,
      fDtrControl: DTR_CONTROL_ENABLE,
      fRtsControl: RTS_CONTROL_ENABLE,
    },
    ByteSize: 7,
    Parity: EVENPARITY,
    StopBits: ONESTOPBIT,
    XonChar: 0x11,
    XoffChar: 0x13,
  }));
}

/** No time-outs. */
export function initialTimeouts(): COMMTIMEOUTS {
  return COMMTIMEOUTS.read(COMMTIMEOUTS.create());
}

/**
 * Refuses settings that SetCommState refuses.
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-dcb
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommstate
 */
export function checkDcb(dcb: DCB, inputSize: number): void {
  const { fBinary, fDtrControl, fDummy2 } = dcb.Flags;
  const isValid =
    // "The caller must set this member to sizeof(DCB)."
    dcb.DCBlength === DCB.size &&
    // "Windows does not support nonbinary mode transfers, so this member must be TRUE."
    fBinary === 1 &&
    // "Reserved; must be zero." "Reserved; do not use."
    dcb.wReserved === 0 && fDummy2 === 0 &&
    // WDS serial/utils.c, SerialGetDivisorFromBaud
    dcb.BaudRate > 0 &&
    // "The number of data bits must be 5 to 8 bits."
    dcb.ByteSize >= 5 && dcb.ByteSize <= 8 &&
    dcb.Parity <= SPACEPARITY && dcb.StopBits <= TWOSTOPBITS &&
    // "The use of 5 data bits with 2 stop bits is an invalid combination, as is 6, 7, or 8 data bits with 1.5 stop bits."
    !(dcb.ByteSize === 5 && dcb.StopBits === TWOSTOPBITS) &&
    !(dcb.ByteSize > 5 && dcb.StopBits === ONE5STOPBITS) &&
    // "… fails if the XonChar member of the DCB structure is equal to the XoffChar member."
    dcb.XonChar !== dcb.XoffChar &&
    // WDS serial/ioctl.c, IOCTL_SERIAL_SET_HANDFLOW
    fDtrControl <= DTR_CONTROL_HANDSHAKE &&
    dcb.XonLim <= inputSize && dcb.XoffLim <= inputSize;
  if (!isValid) fail(ERROR_INVALID_PARAMETER);
}

/** Refuses time-outs that SetCommTimeouts refuses: WDS serial/ioctl.c, IOCTL_SERIAL_SET_TIMEOUTS. */
export function checkTimeouts(timeouts: COMMTIMEOUTS): void {
  const {
    ReadIntervalTimeout,
    ReadTotalTimeoutMultiplier,
    ReadTotalTimeoutConstant,
  } = timeouts;
  if (
    ReadIntervalTimeout === MAXDWORD &&
    ReadTotalTimeoutMultiplier === MAXDWORD &&
    ReadTotalTimeoutConstant === MAXDWORD
  ) fail(ERROR_INVALID_PARAMETER);
}

/** When a read is over that is not full. */
export interface ReadRule {
  /** It takes what is there and waits for nothing. */
  readonly isImmediate: boolean;
  /** It ends if anything is there at its start. */
  readonly endsWithAny: boolean;
  /** It ends with the first byte that comes. */
  readonly endsWithFirst: boolean;
  /** It times out after so long, in milliseconds. */
  readonly total: number;
  /** It times out if so long after one byte no other has come. */
  readonly interval: number;
}

/**
 * What the time-outs mean for a read of so many bytes: WDS serial/read.c, SerialStartRead.
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-commtimeouts
 */
export function readRule(timeouts: COMMTIMEOUTS, length: number): ReadRule {
  const {
    ReadIntervalTimeout: interval,
    ReadTotalTimeoutMultiplier: multiplier,
    ReadTotalTimeoutConstant: constant,
  } = timeouts;
  const hasTotal = multiplier > 0 || constant > 0;
  const total = hasTotal ? multiplier * length + constant : Infinity;
  const full = {
    isImmediate: false,
    endsWithAny: false,
    endsWithFirst: false,
    total,
    interval: Infinity,
  };
  if (interval !== MAXDWORD) {
    return { ...full, interval: interval === 0 ? Infinity : interval };
  }
  if (!hasTotal) return { ...full, isImmediate: true };
  if (constant === MAXDWORD) return { ...full, total: Infinity };
  return multiplier === MAXDWORD
    ? { ...full, endsWithAny: true, endsWithFirst: true, total: constant }
    : { ...full, endsWithAny: true };
}

/** After how many milliseconds a write of so many bytes times out. */
export function writeTimeout(timeouts: COMMTIMEOUTS, length: number): number {
  const {
    WriteTotalTimeoutMultiplier: multiplier,
    WriteTotalTimeoutConstant: constant,
  } = timeouts;
  return multiplier > 0 || constant > 0
    ? multiplier * length + constant
    : Infinity;
}
