/**
 * What callers may ask of serial ports.
 *
 * @module
 */
import { describe } from "../errors/describe.ts";
import { countOf, flagOf, oneOf, valuesOf } from "../file/option_values.ts";

/** Which bit checks each byte. */
export type SerialParity = "none" | "even" | "odd" | "mark" | "space";

/**
 * What stops the sender when the receiver is full: nothing, the lines RTS and
 * CTS, or the bytes XON (0x11) and XOFF (0x13) among the data.
 */
export type SerialFlowControl = "none" | "hardware" | "software";

/** The settings of a serial port, with the names of the Web Serial API. */
export interface SerialSettingsOptions {
  /** The bits of a byte. @default {8} */
  readonly dataBits?: 7 | 8 | undefined;
  /**
   * The stop bits behind each byte. Many drivers refuse 1.5.
   *
   * @default {1}
   */
  readonly stopBits?: 1 | 1.5 | 2 | undefined;
  /** The parity bit. @default {"none"} */
  readonly parity?: SerialParity | undefined;
  /**
   * How many bytes the driver is to hold for the reader and for the line, and
   * the most that `readable` has in a chunk. A driver may choose other sizes.
   *
   * @default {65_536}
   */
  readonly bufferSize?: number | undefined;
  /** What stops the sender. @default {"none"} */
  readonly flowControl?: SerialFlowControl | undefined;
  /**
   * How long a read waits for its first byte, in milliseconds; 0 does not wait.
   *
   * @default {Infinity}
   */
  readonly readTimeout?: number | undefined;
  /**
   * How long a write waits until all is sent, in milliseconds from 1.
   *
   * @default {Infinity}
   */
  readonly writeTimeout?: number | undefined;
}

/** How `openSerial()` opens a port. */
export interface OpenSerialOptions extends SerialSettingsOptions {
  /** The bits per second. */
  readonly baudRate: number;
  /**
   * Whether the line DTR is on as the port opens. It resets many boards, and
   * others send nothing without it.
   *
   * @default {true}
   */
  readonly dataTerminalReady?: boolean | undefined;
  /**
   * Whether the line RTS is on as the port opens. With hardware flow control it
   * is the driver's.
   *
   * @default {true}
   */
  readonly requestToSend?: boolean | undefined;
}

/** What `reconfigure()` changes. What is left out stays. */
export interface ReconfigureOptions extends SerialSettingsOptions {
  /** The bits per second. */
  readonly baudRate?: number | undefined;
}

/** The lines that `setSignals()` switches, as in the Web Serial API. */
export interface SerialOutputSignals {
  /** The line DTR. */
  readonly dataTerminalReady?: boolean | undefined;
  /** The line RTS. */
  readonly requestToSend?: boolean | undefined;
  /** A break: the line carries no data while it is on. */
  readonly break?: boolean | undefined;
}

/** The lines that the other end switches, as in the Web Serial API. */
export interface SerialInputSignals {
  /** The line DCD, which Windows calls RLSD: a modem has a connection. */
  readonly dataCarrierDetect: boolean;
  /** The line CTS. */
  readonly clearToSend: boolean;
  /** The line RI. */
  readonly ringIndicator: boolean;
  /** The line DSR. */
  readonly dataSetReady: boolean;
}

/** Checked settings of a port. */
export interface SerialSettings {
  readonly baudRate: number;
  readonly dataBits: number;
  readonly stopBits: number;
  readonly parity: SerialParity;
  readonly bufferSize: number;
  readonly flowControl: SerialFlowControl;
  /** Infinity for no time-out. */
  readonly readTimeout: number;
  readonly writeTimeout: number;
}

/** The lines that the program switches. */
export interface OutputLines {
  readonly dataTerminalReady: boolean;
  readonly requestToSend: boolean;
}

const MAX_DWORD = 4_294_967_295;
/** What stands for no time-out is one more, and MAXDWORD means something else. */
const MAX_TIMEOUT = 4_294_967_293;
const MAX_BUFFER_SIZE = 16_777_216;

const SETTINGS = [
  "baudRate",
  "dataBits",
  "stopBits",
  "parity",
  "bufferSize",
  "flowControl",
  "readTimeout",
  "writeTimeout",
];
const PARITIES: readonly SerialParity[] = [
  "none",
  "even",
  "odd",
  "mark",
  "space",
];
const FLOW_CONTROLS: readonly SerialFlowControl[] = [
  "none",
  "hardware",
  "software",
];

/**
 * Reads the options of `openSerial()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type, or there is no
 * baud rate.
 * @throws {RangeError} If a number is out of range.
 */
export function openSettings(
  options: OpenSerialOptions,
): { settings: SerialSettings; lines: OutputLines } {
  const given = valuesOf("openSerial", options, [
    ...SETTINGS,
    "dataTerminalReady",
    "requestToSend",
  ]);
  if (given["baudRate"] === undefined) {
    throw new TypeError(
      "openSerial() needs a baudRate, such as { baudRate: 115_200 }: it is in " +
        "the manual of the device",
    );
  }
  const { dataTerminalReady, requestToSend } = given;
  const settings = settingsOf(given, DEFAULTS);
  checkRequestToSend(settings.flowControl, requestToSend);
  return {
    settings,
    lines: {
      dataTerminalReady: flagOf("dataTerminalReady", dataTerminalReady, true),
      requestToSend: flagOf("requestToSend", requestToSend, true),
    },
  };
}

/**
 * Reads the options of `reconfigure()` as `openSettings()` does.
 *
 * @returns Those that are there.
 */
export function checkedChanges(
  options: ReconfigureOptions,
): Partial<SerialSettings> {
  const given = valuesOf("reconfigure", options, SETTINGS);
  return Object.fromEntries(
    Object.entries(settingsOf(given, DEFAULTS)).filter(([name]) =>
      given[name] !== undefined
    ),
  );
}

/**
 * Reads the signals of `setSignals()`, each once, and checks them.
 *
 * @throws {TypeError} If none is there, one is unknown or of the wrong type, or
 * RTS is the driver's.
 */
export function checkedSignals(
  signals: SerialOutputSignals,
  { flowControl }: SerialSettings,
): SerialOutputSignals {
  const names = ["dataTerminalReady", "requestToSend", "break"];
  const given = valuesOf("setSignals", signals, names);
  const present = names.filter((name) => given[name] !== undefined);
  if (present.length === 0) {
    throw new TypeError(
      "setSignals() needs one of dataTerminalReady, requestToSend and break: " +
        "got none of them",
    );
  }
  for (const name of present) flagOf(name, given[name]);
  checkRequestToSend(flowControl, given["requestToSend"]);
  return given;
}

const DEFAULTS: SerialSettings = {
  baudRate: 0,
  dataBits: 8,
  stopBits: 1,
  parity: "none",
  bufferSize: 65_536,
  flowControl: "none",
  readTimeout: Infinity,
  writeTimeout: Infinity,
};

function settingsOf(
  given: Readonly<Record<string, unknown>>,
  byDefault: SerialSettings,
): SerialSettings {
  const { parity, flowControl } = byDefault;
  return {
    baudRate: countOf(
      "baudRate",
      given["baudRate"],
      byDefault.baudRate,
      MAX_DWORD,
    ),
    dataBits: oneOfNumbers("dataBits", given, byDefault.dataBits, [7, 8]),
    stopBits: oneOfNumbers("stopBits", given, byDefault.stopBits, [1, 1.5, 2]),
    parity: oneOf("parity", given["parity"], PARITIES, parity),
    bufferSize: countOf(
      "bufferSize",
      given["bufferSize"],
      byDefault.bufferSize,
      MAX_BUFFER_SIZE,
    ),
    flowControl: oneOf(
      "flowControl",
      given["flowControl"],
      FLOW_CONTROLS,
      flowControl,
    ),
    readTimeout: timeoutOf("readTimeout", given, byDefault.readTimeout, 0),
    writeTimeout: timeoutOf("writeTimeout", given, byDefault.writeTimeout, 1),
  };
}

function oneOfNumbers(
  name: string,
  given: Readonly<Record<string, unknown>>,
  byDefault: number,
  numbers: readonly number[],
): number {
  const value = given[name];
  if (value === undefined) return byDefault;
  if (numbers.includes(value as number)) return value as number;
  throw new TypeError(
    `${name} must be one of ${numbers.join(", ")}: got ${describe(value)}`,
  );
}

/** @param smallest 1 for writes, whose 0 is no time-out to Windows. */
function timeoutOf(
  name: string,
  given: Readonly<Record<string, unknown>>,
  byDefault: number,
  smallest: number,
): number {
  const value = given[name];
  if (value === undefined) return byDefault;
  if (typeof value !== "number") {
    throw new TypeError(
      `${name} must be a number of milliseconds: got ${describe(value)}`,
    );
  }
  const isWhole = Number.isSafeInteger(value) && value >= smallest;
  if (value === Infinity || (isWhole && value <= MAX_TIMEOUT)) return value;
  throw new RangeError(
    `${name} must be a whole number of milliseconds from ${smallest} to ` +
      `${MAX_TIMEOUT}, or Infinity: got ${value}`,
  );
}

function checkRequestToSend(
  flowControl: SerialFlowControl,
  requestToSend: unknown,
): void {
  if (flowControl !== "hardware" || requestToSend === undefined) return;
  throw new TypeError(
    "requestToSend is the driver's with hardware flow control: leave it out, " +
      'or set flowControl to "none"',
  );
}
