import { array, bits, type Struct, struct } from "../layout/mod.ts";

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

/** The bit-fields of {@linkcode COMSTAT}: 0 or 1. */
export interface COMSTAT_FLAGS {
  /** Whether sending waits for CTS. */
  fCtsHold: number;
  /** Whether sending waits for DSR. */
  fDsrHold: number;
  /** Whether sending waits for the carrier. */
  fRlsdHold: number;
  /** Whether sending waits since XOFF has come. */
  fXoffHold: number;
  /** Whether sending waits since XOFF was sent. */
  fXoffSent: number;
  /** Whether the end-of-file character has come. */
  fEof: number;
  /** Whether a byte of TransmitCommChar is to be sent. */
  fTxim: number;
  /** Reserved. */
  fReserved: number;
}

/**
 * The state of a serial port, as ClearCommError retrieves it.
 *
 * In C the bit-fields are members of the structure itself; here they are members
 * of `Flags`, at the same offset.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-comstat
 */
export interface COMSTAT {
  /** The bit-fields. */
  Flags: COMSTAT_FLAGS;
  /** How many received bytes no read has taken. */
  cbInQue: number;
  /** How many bytes the pending writes still have to send. */
  cbOutQue: number;
}

/** The layout of {@linkcode COMSTAT}. */
export const COMSTAT: Struct<COMSTAT> = /* @__PURE__ */ struct({
  Flags: /* @__PURE__ */ bits("u32", {
    fCtsHold: 1,
    fDsrHold: 1,
    fRlsdHold: 1,
    fXoffHold: 1,
    fXoffSent: 1,
    fEof: 1,
    fTxim: 1,
    fReserved: 25,
  }),
  cbInQue: "u32",
  cbOutQue: "u32",
});

/**
 * What a serial port can do, as GetCommProperties retrieves it. The values of the
 * masks are on Microsoft's page.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-commprop
 */
export interface COMMPROP {
  /** The size of the whole packet. */
  wPacketLength: number;
  /** The version of this structure. */
  wPacketVersion: number;
  /** The services of the driver: SP_SERIALCOMM is always set. */
  dwServiceMask: number;
  /** Reserved. */
  dwReserved1: number;
  /** The largest output buffer; 0 for no limit. */
  dwMaxTxQueue: number;
  /** The largest input buffer; 0 for no limit. */
  dwMaxRxQueue: number;
  /** The highest baud rate: a BAUD_ value. */
  dwMaxBaud: number;
  /** The type of the port: a PST_ value. */
  dwProvSubType: number;
  /** What the port can do: PCF_ values. */
  dwProvCapabilities: number;
  /** What can be set: SP_ values. */
  dwSettableParams: number;
  /** The baud rates that can be set: BAUD_ values. */
  dwSettableBaud: number;
  /** The bits of a byte that can be set: DATABITS_ values. */
  wSettableData: number;
  /** The stop bits and parities that can be set: STOPBITS_ and PARITY_ values. */
  wSettableStopParity: number;
  /** The size of the output buffer; 0 if it is not known. */
  dwCurrentTxQueue: number;
  /** The size of the input buffer; 0 if it is not known. */
  dwCurrentRxQueue: number;
  /** Data of the driver's own. */
  dwProvSpec1: number;
  /** Data of the driver's own. */
  dwProvSpec2: number;
  /** The first unit of the driver's own data. */
  wcProvChar: number[];
}

/** The layout of {@linkcode COMMPROP}. */
export const COMMPROP: Struct<COMMPROP> = /* @__PURE__ */ struct({
  wPacketLength: "u16",
  wPacketVersion: "u16",
  dwServiceMask: "u32",
  dwReserved1: "u32",
  dwMaxTxQueue: "u32",
  dwMaxRxQueue: "u32",
  dwMaxBaud: "u32",
  dwProvSubType: "u32",
  dwProvCapabilities: "u32",
  dwSettableParams: "u32",
  dwSettableBaud: "u32",
  wSettableData: "u16",
  wSettableStopParity: "u16",
  dwCurrentTxQueue: "u32",
  dwCurrentRxQueue: "u32",
  dwProvSpec1: "u32",
  dwProvSpec2: "u32",
  wcProvChar: /* @__PURE__ */ array("u16", 1),
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
  /** The size of this structure, which SetCommState looks for. */
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
  /** The byte that stands for XOFF; it must not be XonChar. */
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
 *   // SetCommState refuses two that are equal.
 *   XonChar: 0x11,
 *   XoffChar: 0x13,
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
