import process from "node:process";
import {
  EVENPARITY,
  MARKPARITY,
  NOPARITY,
  ODDPARITY,
  SPACEPARITY,
  TWOSTOPBITS,
} from "../../src/raw.ts";
import { onWindows } from "./runtime.ts";
import { strictKernel } from "./strict_kernel/mod.ts";
import { plugIn, type SerialPort } from "./strict_kernel/serial_port.ts";

const PARITIES: Readonly<Record<number, string>> = {
  [NOPARITY]: "none",
  [ODDPARITY]: "odd",
  [EVENPARITY]: "even",
  [MARKPARITY]: "mark",
  [SPACEPARITY]: "space",
};

/**
 * The name of a port with a device at its other end that acts upon the lines AT, SEND, TAKE, SETTINGS, SILENT and HANGUP as
 * `tools/windows/serial_device.pl` does, and sends any other line back. Nothing where there is no port.
 *
 * On the strict kernel it is plugged in now. Under Wine and on Windows the file that asks needs a line `// serial port`.
 */
export function serialPortName(): string | undefined {
  if (onWindows) return process.env["KERNEL32_IO_SERIAL_PORT"];
  playSerialDevice(plugIn(strictKernel(), "COM107"));
  return "COM107";
}

/** Plays that device at the other end of a port of the strict kernel. */
export function playSerialDevice(port: SerialPort): void {
  let wanted = 0;
  let sum = 0;
  const line: number[] = [];
  port.whenSent = (bytes) => {
    for (const byte of bytes) {
      if (wanted > 0) {
        sum += byte;
        line.push(byte);
        if (line.length < wanted) continue;
        port.receive(`${wanted} ${sum}\r\n`);
        [wanted, sum] = [0, 0];
      } else if (byte !== 10) {
        line.push(byte);
        continue;
      } else {
        const text = String.fromCharCode(...line).replace(/\r$/, "");
        const [word, count] = text.split(" ");
        if (word === "TAKE") wanted = Number(count);
        else if (text === "HANGUP") port.unplug();
        else port.receive(...answerTo(port, text));
      }
      line.length = 0;
    }
  };
}

function answerTo(port: SerialPort, text: string): (string | number)[] {
  const [word, count] = text.split(" ");
  if (word === "SEND") {
    return Array.from({ length: Number(count) }, (_, i) => i % 251);
  }
  switch (text) {
    case "AT":
      return ["OK\r\n"];
    case "SETTINGS": {
      const { BaudRate, ByteSize, Parity, StopBits } = port.dcb;
      const stopBits = StopBits === TWOSTOPBITS ? 2 : 1;
      return [`${BaudRate} ${ByteSize} ${PARITIES[Parity]} ${stopBits}\r\n`];
    }
    case "SILENT":
    case "":
      return [];
    default:
      return [`${text}\r\n`];
  }
}
