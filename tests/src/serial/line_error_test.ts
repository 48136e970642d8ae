// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { SerialLineError } from "../../../mod.ts";
import {
  CE_BREAK,
  CE_FRAME,
  CE_OVERRUN,
  CE_RXOVER,
  CE_RXPARITY,
} from "../../../src/raw.ts";

test("SerialLineError has the name of the error that brings the others about, and a sentence", () => {
  const all = CE_BREAK | CE_FRAME | CE_OVERRUN | CE_RXOVER | CE_RXPARITY;
  const cases: [flags: number, name: string, start: string][] = [
    [CE_BREAK, "BreakError", "The other end has sent a break"],
    [all, "BreakError", "The other end has sent a break"],
    [CE_OVERRUN, "BufferOverrunError", "Bytes came faster than they were read"],
    [CE_RXOVER | CE_FRAME, "BufferOverrunError", "Bytes came faster than"],
    [
      CE_FRAME | CE_RXPARITY,
      "FramingError",
      "A byte had no stop bit: baudRate",
    ],
    [CE_RXPARITY, "ParityError", "A byte had the wrong parity: the line is"],
  ];
  for (const [given, expected, start] of cases) {
    const error = new SerialLineError("COM3", given);
    const { name, code, path, flags, message } = error;
    const expectedOnes = [expected, "EIO", "COM3", given];
    assertEquals([name, code, path, flags], expectedOnes);
    assertEquals(message.startsWith(start), true, message);
    const end = `('COM3', CE_ value 0x${given.toString(16)}).`;
    assertEquals(message.endsWith(end), true, message);
  }
  const advice = new SerialLineError("COM3", CE_RXOVER).message;
  assertEquals(
    /set flowControl, a larger bufferSize or a lower/.test(advice),
    true,
  );
  const framing = new SerialLineError("COM3", CE_FRAME).message;
  assertEquals(
    /parity and stopBits must be those of the other/.test(framing),
    true,
  );
  const parity = new SerialLineError("COM3", CE_RXPARITY).message;
  assertEquals(/or the other end has another parity \(/.test(parity), true);
});
