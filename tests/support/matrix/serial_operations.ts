// What users can ask of serial ports.

import { assertEquals } from "@std/assert";
import {
  ERROR_TIMEOUT,
  openSerial,
  type SerialPort,
  serialPorts,
} from "../../../mod.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";
import {
  plugIn,
  type SerialPort as Device,
} from "../strict_kernel/serial_port.ts";
import { data, writeStream } from "./content.ts";
import type { MatrixOperation, Prepared } from "./operation.ts";

const NAME = "COM3";
const LENGTH = 500;
const OPTIONS = { baudRate: 115_200, readTimeout: 50, writeTimeout: 50 };

interface PortMethod {
  readonly run: (port: SerialPort, bytes: Uint8Array) => unknown;
  readonly kind?: "read" | "write";
  readonly isFull?: boolean;
  readonly errorsOf?: string;
}

const METHODS: Readonly<Record<string, PortMethod>> = {
  read: { run: (port, bytes) => port.read(bytes), kind: "read" },
  readExactly: {
    run: (port, bytes) => port.readExactly(bytes),
    kind: "read",
    isFull: true,
  },
  readable: {
    async run(port, bytes) {
      const reader = port.readable.getReader();
      try {
        const { value } = await reader.read();
        bytes.set(value!);
        return value!.length;
      } finally {
        await reader.cancel().catch(() => {});
      }
    },
    kind: "read",
    errorsOf: "read",
  },
  write: { run: (port, bytes) => port.write(bytes), kind: "write" },
  writeAll: {
    run: (port, bytes) => port.writeAll(bytes),
    kind: "write",
    isFull: true,
  },
  writable: {
    run: (port, bytes) => writeStream(port.writable, bytes),
    kind: "write",
    isFull: true,
    errorsOf: "writeAll",
  },
  setSignals: {
    run: (port) =>
      port.setSignals({
        dataTerminalReady: false,
        requestToSend: true,
        break: false,
      }),
  },
  getSignals: { run: (port) => port.getSignals() },
  reconfigure: {
    run: (port) => port.reconfigure({ baudRate: 9600, bufferSize: 4096 }),
  },
  drain: { run: (port) => port.drain() },
  discard: { run: (port) => port.discard() },
  close: { run: (port) => port.close() },
};

/** Checks that bytes still come and go. */
async function checkCarries(port: SerialPort, device: Device): Promise<void> {
  await port.discard();
  device.takeSent();
  await port.writeAll(data(3));
  assertEquals(device.sent, [...data(3)]);
  device.receive(9, 8, 7);
  const bytes = new Uint8Array(3);
  await port.readExactly(bytes);
  assertEquals(bytes, Uint8Array.of(9, 8, 7));
}

async function prepare(
  kernel: StrictKernel,
  { run, kind, isFull = false }: PortMethod,
): Promise<Prepared> {
  kernel.clock.jumps = true;
  const device = plugIn(kernel, NAME);
  const port = await openSerial(NAME, OPTIONS);
  const bytes = kind === "write" ? data(LENGTH) : new Uint8Array(LENGTH);
  if (kind === "read") device.receive(...data(LENGTH));
  return {
    path: NAME,
    ...kind && { transfer: { kind, at: undefined, bytes, isFull } },
    run: () => run(port, bytes),
    async settle() {
      if (port.closed) return;
      await checkCarries(port, device);
      await port.close();
    },
  };
}

export function* serialOperations(): Iterable<MatrixOperation> {
  yield {
    method: "openSerial",
    variant: "openSerial",
    prepare(kernel) {
      plugIn(kernel, NAME);
      return {
        path: NAME,
        run: () => openSerial(NAME, OPTIONS),
        async settle(outcome) {
          if ("value" in outcome) await (outcome.value as SerialPort).close();
          await (await openSerial(NAME, OPTIONS)).close();
        },
      };
    },
  };
  yield {
    method: "serialPorts",
    variant: "serialPorts",
    prepare(kernel) {
      plugIn(kernel, NAME);
      return { path: NAME, run: () => serialPorts(), settle() {} };
    },
  };
  for (const [name, method] of Object.entries(METHODS)) {
    yield {
      method: `SerialPort.${name}`,
      variant: name,
      ...method.errorsOf && { errorsOf: `SerialPort.${method.errorsOf}` },
      prepare: (kernel) => prepare(kernel, method),
    };
  }
  yield {
    method: "SerialPort.readAll",
    variant: "readAll",
    async prepare(kernel) {
      // Drivers do not say that all has come: the time-out does.
      const prepared = await prepare(kernel, {
        run: (port) =>
          port.readAll().catch((error) => {
            if (error.win32 !== ERROR_TIMEOUT) throw error;
          }),
        kind: "read",
        isFull: true,
      });
      return prepared;
    },
  };
}
