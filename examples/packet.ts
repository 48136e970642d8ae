// Writes a packet to a device driver, as the WriteFile page's classic sample
// does: a structure, a handle, and an error that carries the Win32 error inside.
//
//   deno run --allow-ffi examples/packet.ts \\.\pipe\device
//   bun examples/packet.ts \\.\pipe\device

import process from "node:process";
import { openSync, type SyncFile, Win32Error } from "@kernel32/io";
import { array, ascii, struct } from "@kernel32/io/structs";

// #pragma pack(1)
// struct { WORD id; DWORD length; CHAR name[8]; SHORT samples[4]; }
const Packet = struct({
  id: "u16",
  length: "u32",
  name: ascii(8),
  samples: array("i16", 4),
}, { pack: 1 });

/** The device did not do what it was asked for. The cause says why. */
class DeviceError extends Error {
  override readonly name = "DeviceError";
}

function openDevice(path: string): SyncFile {
  try {
    return openSync(path, { write: true });
  } catch (cause) {
    throw new DeviceError(`There is no device at ${path}`, { cause });
  }
}

function send(device: SyncFile, packet: Uint8Array): void {
  try {
    device.writeAll(packet);
  } catch (cause) {
    throw new DeviceError(`${device.path} did not take the packet`, { cause });
  }
}

try {
  using device = openDevice(process.argv[2] ?? "\\\\.\\pipe\\device");
  const packet = Packet.create({
    id: 7,
    length: Packet.size,
    name: "voltage",
    samples: [1, -1, 256, -32768],
  });
  send(device, packet);
  console.log(`${packet.length} bytes sent`);
} catch (error) {
  if (!(error instanceof DeviceError)) throw error;
  console.log(error.message);
  const { cause } = error;
  if (cause instanceof Win32Error) {
    console.log(`  because ${cause.message}`);
    console.log(`  ${cause.syscall}: ${cause.win32}, ${cause.symbol}`);
  }
  process.exit(1);
}
