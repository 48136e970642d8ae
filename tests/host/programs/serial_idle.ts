// Leaves a serial port open, and reads from it without waiting for the end: serial_idle.ts PORT [LATER]

import process from "node:process";
import { openSerial } from "../../../mod.ts";

const [, , name = "", later] = process.argv;
const port = await openSerial(name, { baudRate: 115_200 });
const send = (text: string) => port.writeAll(new TextEncoder().encode(text));
const buffer = new Uint8Array(4);
await send("AT\n");
await port.readExactly(buffer);
const reader = port.readable.getReader();
reader.releaseLock();
await port.setSignals({ break: false });
console.log(`open ${new TextDecoder().decode(buffer).trim()}`);
if (later !== undefined) {
  await send("LATER 400 ok\n");
  port.readExactly(buffer).then(() =>
    console.log(`came ${new TextDecoder().decode(buffer).trim()}`)
  );
}
