// Runs examples/serial_terminal.ts on the strict kernel, whose port COM7 has a device: serial_terminal.ts DEVICE ARGS...
//
// DEVICE is "good", "deaf" (it answers nothing to blocks), "slow" (its first answer to a block is lost) or "noisy".

import "../../support/old_node.ts";
import process from "node:process";
import { openSync } from "../../../mod.ts";
import { playSerialDevice } from "../../support/serial_device.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";
import { plugIn } from "../../support/strict_kernel/serial_port.ts";

const kernel = strictKernel();
kernel.reset(1);
kernel.clock.jumps = true;
const port = plugIn(kernel, "COM7", "usbser.sys");
playSerialDevice(port);
const [node = "", program = "", device, ...args] = process.argv;
const act = port.whenSent!;
let answers = 0;
port.whenSent = (bytes) => {
  act(bytes);
  const isAnswer = port.received.length > 0 && port.received.at(-1) === 10;
  const isBlock = isAnswer &&
    /^\d/.test(String.fromCharCode(port.received[0]!));
  if (isBlock && (device === "deaf" || device === "slow" && answers++ === 0)) {
    port.received.length = 0;
  }
  if (device === "noisy") port.lineError("framing", 0x3F);
};
const firmware = openSync("C:\\firmware.bin", { write: true, create: true });
firmware.writeAll(Uint8Array.from({ length: 5000 }, (_, i) => i % 251));
firmware.close();
process.argv = [node, program, ...args];
process.on("exit", () => console.log(`${port.sent.length} bytes sent`));
await import("../../../examples/serial_terminal.ts");
