/**
 * Settings of serial ports as the system takes them.
 *
 * @module
 */
import {
  DTR_CONTROL_DISABLE,
  DTR_CONTROL_ENABLE,
  EVENPARITY,
  MARKPARITY,
  MAXDWORD,
  NOPARITY,
  ODDPARITY,
  ONE5STOPBITS,
  ONESTOPBIT,
  RTS_CONTROL_DISABLE,
  RTS_CONTROL_ENABLE,
  RTS_CONTROL_HANDSHAKE,
  SPACEPARITY,
  TWOSTOPBITS,
} from "../win32/comm_constants.ts";
import { COMMTIMEOUTS, DCB } from "../win32/offsets.ts";
import type { OutputLines, SerialParity, SerialSettings } from "./options.ts";

const PARITIES: Readonly<Record<SerialParity, number>> = {
  none: NOPARITY,
  odd: ODDPARITY,
  even: EVENPARITY,
  mark: MARKPARITY,
  space: SPACEPARITY,
};

/** Where the bit-fields of a DCB begin that are not 0 in all ports. */
const BIT = {
  fBinary: 0,
  fParity: 1,
  fOutxCtsFlow: 2,
  fDtrControl: 4,
  fTXContinueOnXoff: 7,
  fOutX: 8,
  fInX: 9,
  fRtsControl: 12,
} as const;

const XON = 0x11;
const XOFF = 0x13;

/** The smallest buffer of Microsoft's driver, which the limits must fit in. */
const SMALLEST_BUFFER = 4096;

/**
 * Makes a DCB. It is made anew, so that nothing of it is what another program
 * has left behind: bytes that are dropped or replaced (`fNull`, `fErrorChar`),
 * or errors that end all reads and writes (`fAbortOnError`).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-dcb
 */
export function controlBlock(
  settings: SerialSettings,
  lines: OutputLines,
): Uint8Array<ArrayBuffer> {
  const { baudRate, dataBits, stopBits, parity, flowControl } = settings;
  const isSoftware = flowControl === "software";
  // As .NET does: a quarter of the buffer.
  const limit = Math.min(settings.bufferSize, SMALLEST_BUFFER) >> 2;
  const bytes = new Uint8Array(DCB.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(DCB.DCBlength, DCB.size, true);
  view.setUint32(DCB.BaudRate, baudRate, true);
  view.setUint32(
    DCB.Flags,
    flags({
      fBinary: 1,
      fParity: parity === "none" ? 0 : 1,
      fOutxCtsFlow: flowControl === "hardware" ? 1 : 0,
      fDtrControl: lines.dataTerminalReady
        ? DTR_CONTROL_ENABLE
        : DTR_CONTROL_DISABLE,
      // The program's own sending need not stop when it has told the other end to.
      fTXContinueOnXoff: isSoftware ? 1 : 0,
      fOutX: isSoftware ? 1 : 0,
      fInX: isSoftware ? 1 : 0,
      fRtsControl: flowControl === "hardware"
        ? RTS_CONTROL_HANDSHAKE
        : lines.requestToSend
        ? RTS_CONTROL_ENABLE
        : RTS_CONTROL_DISABLE,
    }),
    true,
  );
  view.setUint16(DCB.XonLim, limit, true);
  view.setUint16(DCB.XoffLim, limit, true);
  view.setUint8(DCB.ByteSize, dataBits);
  view.setUint8(DCB.Parity, PARITIES[parity]);
  view.setUint8(
    DCB.StopBits,
    stopBits === 1 ? ONESTOPBIT : stopBits === 2 ? TWOSTOPBITS : ONE5STOPBITS,
  );
  view.setUint8(DCB.XonChar, XON);
  view.setUint8(DCB.XoffChar, XOFF);
  return bytes;
}

function flags(values: Readonly<Record<keyof typeof BIT, number>>): number {
  let bits = 0;
  for (const name of Object.keys(BIT) as (keyof typeof BIT)[]) {
    bits |= values[name] << BIT[name];
  }
  return bits;
}

/**
 * Makes COMMTIMEOUTS. "If an application sets ReadIntervalTimeout and
 * ReadTotalTimeoutMultiplier to MAXDWORD and sets ReadTotalTimeoutConstant to a
 * value greater than zero and less than MAXDWORD", a read returns what there
 * is, or else waits so long for a byte.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-commtimeouts
 */
export function timeouts(
  { readTimeout, writeTimeout }: SerialSettings,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(COMMTIMEOUTS.size);
  const view = new DataView(bytes.buffer);
  const set = (member: keyof typeof COMMTIMEOUTS, value: number) =>
    view.setUint32(COMMTIMEOUTS[member], value, true);
  set("ReadIntervalTimeout", MAXDWORD);
  if (readTimeout > 0) {
    set("ReadTotalTimeoutMultiplier", MAXDWORD);
    set("ReadTotalTimeoutConstant", Math.min(readTimeout, MAXDWORD - 1));
  }
  if (writeTimeout !== Infinity) set("WriteTotalTimeoutConstant", writeTimeout);
  return bytes;
}
