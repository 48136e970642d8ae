// A terminal for serial ports: lists them, talks to a device line by line, or sends it a file in blocks that it acknowledges.
//
//   deno run --allow-ffi examples/serial_terminal.ts
//   deno run --allow-ffi examples/serial_terminal.ts COM3 115200
//   bun examples/serial_terminal.ts COM3 115200 firmware.bin

import process from "node:process";
import { createInterface } from "node:readline";
import {
  open,
  openSerial,
  SerialLineError,
  type SerialPort,
  serialPorts,
  Win32Error,
} from "@kernel32/io";

const BLOCK = 1024;
const ATTEMPTS = 3;
const BAR = 40;

const encode = (text: string) => new TextEncoder().encode(text);

/** Sends lines of the input, and prints lines of the device, until the input has ended and the device is silent. */
async function talk(port: SerialPort): Promise<void> {
  let isTyping = true;
  const sending = (async () => {
    for await (const line of createInterface({ input: process.stdin })) {
      await port.writeAll(encode(`${line}\r\n`));
    }
    isTyping = false;
  })();
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  for (let rest = "";;) {
    try {
      const count = await port.read(buffer);
      if (count > 0) {
        const bytes = buffer.subarray(0, count);
        rest += decoder.decode(bytes, { stream: true });
        const lines = rest.split(/\r?\n/);
        rest = lines.pop()!;
        for (const line of lines) console.log(line);
        continue;
      }
      // A time-out: what the device has sent is all of it, such as a prompt.
      if (rest !== "") console.log(rest);
      rest = "";
      if (!isTyping) return await sending;
    } catch (error) {
      if (!(error instanceof SerialLineError)) throw error;
      console.log(`${error.name}: ${error.message}`);
    }
  }
}

/** Reads a line, but no byte behind it. */
async function answerOf(port: SerialPort): Promise<string> {
  const byte = new Uint8Array(1);
  let answer = "";
  while (!answer.endsWith("\n")) {
    await port.readExactly(byte);
    answer += String.fromCharCode(byte[0]!);
  }
  return answer.trim();
}

/** Sends a block until the device acknowledges it by its length and the sum of its bytes. */
async function sendBlock(port: SerialPort, block: Uint8Array): Promise<void> {
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      await port.writeAll(encode(`TAKE ${block.length}\n`));
      await port.writeAll(block);
      if (await answerOf(port) === `${block.length} ${sum}`) return;
    } catch (error) {
      const isTimeout = error instanceof Win32Error &&
        error.code === "ETIMEDOUT";
      if (!isTimeout) throw error;
    }
    // What belongs to this attempt must not answer the next one.
    await port.discard();
  }
  throw new Error(`The device does not acknowledge, ${ATTEMPTS} times`);
}

/** Sends a file, and shows how far it is. */
async function upload(port: SerialPort, path: string): Promise<void> {
  await using file = await open(path);
  const [size, start] = [file.size(), performance.now()];
  const buffer = new Uint8Array(BLOCK);
  for (let sent = 0, count; (count = await file.read(buffer)) !== null;) {
    await sendBlock(port, buffer.subarray(0, count));
    sent += count;
    const done = "#".repeat(Math.floor(BAR * sent / size)).padEnd(BAR, ".");
    process.stdout.write(`\r[${done}] ${sent} of ${size} bytes`);
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`\n${Math.round(size / seconds)} bytes a second`);
}

const [, , name, baudRate = "115200", path] = process.argv;
try {
  if (name === undefined) {
    for (const { path, device } of serialPorts()) console.log(path, device);
  } else {
    await using port = await openSerial(name, {
      baudRate: Number(baudRate),
      readTimeout: 1000,
      writeTimeout: 5000,
    });
    await (path === undefined ? talk(port) : upload(port, path));
  }
} catch (error) {
  console.log((error as Error).message);
  process.exit(1);
}
