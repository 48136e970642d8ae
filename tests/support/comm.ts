// Serial ports by the raw layer: what tests of rules need more than once.

import {
  type Handle,
  kernel32,
  MAXDWORD,
  ONESTOPBIT,
  OPEN_EXISTING,
} from "../../src/raw.ts";
import { COMMTIMEOUTS, COMSTAT, DCB } from "../../src/structs.ts";
import { codeOf, type RuleOpening, type RuleSystem } from "./rules.ts";

/** How a port is opened: it must not be shared, and it exists. */
export const PORT: RuleOpening = { share: 0, disposition: OPEN_EXISTING };

/** Settings that every port takes. */
export const SETTINGS: Partial<DCB> = {
  DCBlength: DCB.size,
  BaudRate: 9600,
  ByteSize: 8,
  StopBits: ONESTOPBIT,
  XonChar: 0x11,
  XoffChar: 0x13,
};

/** Reads take what is there, and wait for nothing. */
export const IMMEDIATE: Partial<COMMTIMEOUTS> = {
  ReadIntervalTimeout: MAXDWORD,
};

/** Reads take what is there, or wait so long for the first byte. */
export function firstByte(milliseconds: number): Partial<COMMTIMEOUTS> {
  return {
    ReadIntervalTimeout: MAXDWORD,
    ReadTotalTimeoutMultiplier: MAXDWORD,
    ReadTotalTimeoutConstant: milliseconds,
  };
}

/** Opens a port, and sets it up. */
export function openPort(
  system: RuleSystem,
  name: string,
  timeouts: Partial<COMMTIMEOUTS> = {},
  opening: RuleOpening = {},
): Handle {
  const port = system.open(`\\\\.\\${name}`, { ...PORT, ...opening });
  for (const code of [setState(port, {}), setTimeouts(port, timeouts)]) {
    if (code !== 0) throw new Error(`The port was not set up: ${code}`);
  }
  return port;
}

/** Sets a port to something else than `SETTINGS`. Returns the code. */
export function setState(
  port: Handle,
  { Flags, ...changes }: Omit<Partial<DCB>, "Flags"> & {
    Flags?: Partial<DCB["Flags"]>;
  },
): number {
  const dcb = DCB.create({
    ...SETTINGS,
    Flags: { fBinary: 1, fDtrControl: 1, fRtsControl: 1, ...Flags },
    ...changes,
  });
  return codeOf(kernel32.SetCommState(port, dcb));
}

/** What a port is set to. */
export function getState(port: Handle): DCB {
  const dcb = DCB.create({ DCBlength: DCB.size });
  kernel32.GetCommState(port, dcb);
  return DCB.read(dcb);
}

/** Sets time-outs; what is left out is 0. Returns the code. */
export function setTimeouts(
  port: Handle,
  timeouts: Partial<COMMTIMEOUTS>,
): number {
  return codeOf(
    kernel32.SetCommTimeouts(port, COMMTIMEOUTS.create(timeouts)),
  );
}

/** The time-outs of a port. */
export function getTimeouts(port: Handle): COMMTIMEOUTS {
  const timeouts = COMMTIMEOUTS.create();
  kernel32.GetCommTimeouts(port, timeouts);
  return COMMTIMEOUTS.read(timeouts);
}

/** Clears the line errors. Returns them, and the state. */
export function clearErrors(
  port: Handle,
): { code: number; errors: number; stat: COMSTAT } {
  const errors = new Uint32Array(1);
  const stat = COMSTAT.create();
  const code = codeOf(kernel32.ClearCommError(port, errors, stat));
  return { code, errors: errors[0]!, stat: COMSTAT.read(stat) };
}

/** Which input lines are on. */
export function modemStatus(port: Handle): number {
  const status = new Uint32Array(1);
  kernel32.GetCommModemStatus(port, status);
  return status[0]!;
}
