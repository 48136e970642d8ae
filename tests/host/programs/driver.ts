// Plays the device that a packet is sent to, with a named pipe made through the
// raw layer: driver.ts PIPE listen|hang-up. It prints "ready" when there is a
// device, and then, as one line of hexadecimal digits, all that it was sent.

import process from "node:process";
import { INVALID_HANDLE_VALUE, Win32Error } from "../../../mod.ts";
import { kernel32 } from "../../../src/raw.ts";

const PIPE_ACCESS_INBOUND = 1;
const ERROR_BROKEN_PIPE = 109;
const ERROR_PIPE_CONNECTED = 535;

const [, , path = "", behaviour] = process.argv;

// Without a buffer of its own the pipe takes nothing that nobody reads.
const pipe = kernel32.CreateNamedPipeW(
  path,
  PIPE_ACCESS_INBOUND,
  0,
  1,
  0,
  0,
  0,
  null,
);
if (pipe === INVALID_HANDLE_VALUE) throw Win32Error.last("CreateNamedPipeW");
console.log("ready");

if (!kernel32.ConnectNamedPipe(pipe, null)) {
  const error = Win32Error.last("ConnectNamedPipe");
  if (error.win32 !== ERROR_PIPE_CONNECTED) throw error;
}
if (behaviour === "listen") console.log(hex(readAll()));
kernel32.CloseHandle(pipe);

function readAll(): number[] {
  const all: number[] = [];
  const bytes = new Uint8Array(256);
  const read = new Uint32Array(1);
  while (kernel32.ReadFile(pipe, bytes, bytes.length, read, null)) {
    all.push(...bytes.subarray(0, read[0]));
  }
  const error = Win32Error.last("ReadFile");
  if (error.win32 !== ERROR_BROKEN_PIPE) throw error;
  return all;
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
