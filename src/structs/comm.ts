import { bits, type Struct, struct } from "../layout/mod.ts";

/**
 * How long reads and writes of a serial port wait, in milliseconds.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-commtimeouts
 */
export interface COMMTIMEOUTS {
  /** The longest pause between two bytes of a read. */
  ReadIntervalTimeout: number;
  /** The time that each requested byte adds to a read's time-out. */
  ReadTotalTimeoutMultiplier: number;
  /** The constant part of a read's time-out. */
  ReadTotalTimeoutConstant: number;
  /** The time that each byte adds to a write's time-out. */
  WriteTotalTimeoutMultiplier: number;
  /** The constant part of a write's time-out. */
  WriteTotalTimeoutConstant: number;
}

/** The layout of {@linkcode COMMTIMEOUTS}. */
export const COMMTIMEOUTS: Struct<COMMTIMEOUTS> = /* @__PURE__ */ struct({
  ReadIntervalTimeout: "u32",
  ReadTotalTimeoutMultiplier: "u32",
  ReadTotalTimeoutConstant: "u32",
  WriteTotalTimeoutMultiplier: "u32",
  WriteTotalTimeoutConstant: "u32",
});

/** The bit-fields of {@linkcode DCB}: 0 or 1, except for the two controls. */
export interface DCB_FLAGS {
  /** Binary mode; Windows knows no other, so it must be 1. */
  fBinary: number;
  /** Whether parity is checked. */
  fParity: number;
  /** Whether sending waits for CTS. */
  fOutxCtsFlow: number;
  /** Whether sending waits for DSR. */
  fOutxDsrFlow: number;
  /** DTR: off (0), on (1) or handshake (2). */
  fDtrControl: number;
  /** Whether bytes are ignored while DSR is off. */
  fDsrSensitivity: number;
  /** Whether sending continues after XOFF has been sent. */
  fTXContinueOnXoff: number;
  /** Whether XON and XOFF control sending. */
  fOutX: number;
  /** Whether XON and XOFF control receiving. */
  fInX: number;
  /** Whether ErrorChar replaces bytes with a parity error. */
  fErrorChar: number;
  /** Whether NUL bytes are dropped. */
  fNull: number;
  /** RTS: off (0), on (1), handshake (2) or toggle (3). */
  fRtsControl: number;
  /** Whether an error aborts all reads and writes. */
  fAbortOnError: number;
  /** Reserved. */
  fDummy2: number;
}

/**
 * The settings of a serial port.
 *
 * In C the bit-fields are members of the structure itself; here they are members
 * of `Flags`, at the same offset.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-dcb
 */
export interface DCB {
  /** The size of this structure. */
  DCBlength: number;
  /** The baud rate. */
  BaudRate: number;
  /** The bit-fields. */
  Flags: DCB_FLAGS;
  /** Reserved; must be 0. */
  wReserved: number;
  /** XON is sent when fewer bytes than this are in the input buffer. */
  XonLim: number;
  /** XOFF is sent when fewer bytes than this are free in the input buffer. */
  XoffLim: number;
  /** The bits of a byte. */
  ByteSize: number;
  /** The parity: none (0), odd (1), even (2), mark (3) or space (4). */
  Parity: number;
  /** The stop bits: one (0), one and a half (1) or two (2). */
  StopBits: number;
  /** The byte that stands for XON. */
  XonChar: number;
  /** The byte that stands for XOFF. */
  XoffChar: number;
  /** The byte that replaces one with a parity error. */
  ErrorChar: number;
  /** The byte that ends the data. */
  EofChar: number;
  /** The byte that signals an event. */
  EvtChar: number;
  /** Reserved. */
  wReserved1: number;
}

/**
 * The layout of {@linkcode DCB}.
 *
 * @example Set a port to 115200 baud, eight bits, no parity
 * ```ts
 * import { DCB } from "@kernel32/io/structs";
 *
 * const settings = DCB.create({
 *   DCBlength: DCB.size,
 *   BaudRate: 115_200,
 *   Flags: { fBinary: 1, fDtrControl: 1, fRtsControl: 1 },
 *   ByteSize: 8,
 * });
 * console.log(settings.length); // 28
 * ```
 */
export const DCB: Struct<DCB> = /* @__PURE__ */ struct({
  DCBlength: "u32",
  BaudRate: "u32",
  Flags: /* @__PURE__ */ bits("u32", {
    fBinary: 1,
    fParity: 1,
    fOutxCtsFlow: 1,
    fOutxDsrFlow: 1,
    fDtrControl: 2,
    fDsrSensitivity: 1,
    fTXContinueOnXoff: 1,
    fOutX: 1,
    fInX: 1,
    fErrorChar: 1,
    fNull: 1,
    fRtsControl: 2,
    fAbortOnError: 1,
    fDummy2: 17,
  }),
  wReserved: "u16",
  XonLim: "u16",
  XoffLim: "u16",
  ByteSize: "u8",
  Parity: "u8",
  StopBits: "u8",
  XonChar: "u8",
  XoffChar: "u8",
  ErrorChar: "u8",
  EofChar: "u8",
  EvtChar: "u8",
  wReserved1: "u16",
});
