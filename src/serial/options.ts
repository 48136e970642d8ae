/**
 * What callers may ask of serial ports.
 *
 * @module
 */
import { argumentError, rangeError } from "../errors/describe.ts";
import { checkSignal } from "../file/arguments.ts";
import {
  checkBoolean,
  checkCount,
  checkWord,
  type Complete,
  settingsOf,
} from "../file/option_values.ts";

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
  /**
   * Ends the wait for the device: the promise rejects with the signal's reason.
   * Windows cannot be stopped looking for it; a port that it opens after all is
   * closed at once.
   */
  readonly signal?: AbortSignal | undefined;
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

/** Checked settings of a port. Without a time-out, it is Infinity. */
export type SerialSettings = Complete<ReconfigureOptions>;

/** The lines that the program switches. */
export interface OutputLines {
  readonly dataTerminalReady: boolean;
  readonly requestToSend: boolean;
}

/** What stands for no time-out is one more, and MAXDWORD means something else. */
const MAX_TIMEOUT = 4_294_967_293;
const MAX_BAUD_RATE = 4_294_967_295;
const MAX_BUFFER_SIZE = 16_777_216;

/**
 * Reads the options of `openSerial()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type, or there is no
 * baud rate.
 * @throws {RangeError} If a number is out of range.
 */
export function openSettings(
  options: OpenSerialOptions,
): {
  settings: SerialSettings;
  lines: OutputLines;
  signal: AbortSignal | undefined;
} {
  const { dataTerminalReady, requestToSend, signal, ...settings } = settingsOf(
    "openSerial()",
    options as ReconfigureOptions & Omit<OpenSerialOptions, "baudRate">,
    {
      baudRate: undefined,
      dataBits: 8,
      stopBits: 1,
      parity: "none",
      bufferSize: 65_536,
      flowControl: "none",
      readTimeout: Infinity,
      writeTimeout: Infinity,
      dataTerminalReady: true,
      requestToSend: undefined,
      signal: undefined,
    },
  );
  const { baudRate } = settings;
  if (baudRate === undefined) {
    throw new TypeError(
      "openSerial() needs a baudRate, such as { baudRate: 115_200 }: it is in " +
        "the manual of the device",
    );
  }
  checkSettings({ ...settings, baudRate });
  checkBoolean("dataTerminalReady", dataTerminalReady);
  checkRequestToSend(requestToSend, settings);
  checkSignal(signal);
  return {
    settings: { ...settings, baudRate },
    lines: { dataTerminalReady, requestToSend: requestToSend ?? true },
    signal,
  };
}

/**
 * Reads the options of `reconfigure()` as `openSettings()` does.
 *
 * @param current The settings that hold.
 * @returns Those that are to change.
 */
export function checkedChanges(
  options: ReconfigureOptions,
  current: SerialSettings,
): Partial<SerialSettings> {
  const given = settingsOf("reconfigure()", options, {
    baudRate: undefined,
    dataBits: undefined,
    stopBits: undefined,
    parity: undefined,
    bufferSize: undefined,
    flowControl: undefined,
    readTimeout: undefined,
    writeTimeout: undefined,
  });
  const changes = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<SerialSettings>;
  checkSettings({ ...current, ...changes });
  return changes;
}

/**
 * Reads the signals of `setSignals()`, each once, and checks them.
 *
 * @throws {TypeError} If none is there, one is unknown or of the wrong type, or
 * RTS is the driver's.
 */
export function checkedSignals(
  signals: SerialOutputSignals,
  current: SerialSettings,
): SerialOutputSignals {
  const given = settingsOf("setSignals()", signals, {
    dataTerminalReady: undefined,
    requestToSend: undefined,
    break: undefined,
  });
  const present = Object.entries(given).filter(([, value]) =>
    value !== undefined
  );
  if (present.length === 0) {
    throw new TypeError(
      "setSignals() needs one of dataTerminalReady, requestToSend and break: " +
        "got none of them",
    );
  }
  for (const [name, value] of present) checkBoolean(name, value);
  checkRequestToSend(given.requestToSend, current);
  return given;
}

function checkSettings(settings: SerialSettings): void {
  const { parity, flowControl, readTimeout, writeTimeout } = settings;
  checkCount("baudRate", settings.baudRate, MAX_BAUD_RATE);
  checkNumber("dataBits", settings.dataBits, [7, 8]);
  checkNumber("stopBits", settings.stopBits, [1, 1.5, 2]);
  checkWord("parity", parity, ["none", "even", "odd", "mark", "space"]);
  checkCount("bufferSize", settings.bufferSize, MAX_BUFFER_SIZE);
  checkWord("flowControl", flowControl, ["none", "hardware", "software"]);
  checkTimeout("readTimeout", readTimeout, 0);
  // 0 is no time-out to Windows.
  checkTimeout("writeTimeout", writeTimeout, 1);
}

function checkNumber(
  name: string,
  value: number,
  numbers: readonly number[],
): void {
  if (numbers.includes(value)) return;
  throw argumentError(name, `one of ${numbers.join(", ")}`, value);
}

function checkTimeout(name: string, value: unknown, smallest: number): void {
  if (typeof value !== "number") {
    throw argumentError(name, "a number of milliseconds", value);
  }
  if (value === Infinity) return;
  const isWhole = Number.isSafeInteger(value) && value >= smallest;
  if (isWhole && value <= MAX_TIMEOUT) return;
  const range = `from ${smallest} to ${MAX_TIMEOUT}, or Infinity`;
  throw rangeError(name, `a whole number of milliseconds ${range}`, value);
}

function checkRequestToSend(
  value: unknown,
  { flowControl }: Pick<SerialSettings, "flowControl">,
): void {
  if (value === undefined) return;
  checkBoolean("requestToSend", value);
  if (flowControl !== "hardware") return;
  throw new TypeError(
    "requestToSend is the driver's with hardware flow control: leave it out, " +
      'or set flowControl to "none"',
  );
}
