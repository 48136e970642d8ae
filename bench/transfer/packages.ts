import { type Candidate, failed } from "../contestant.ts";
import { bunKernel32 } from "../peers.ts";
import { openFor, partsOf, type TransferTask } from "./task.ts";

/** The words of an OVERLAPPED, and where its offset stands among them. */
const OVERLAPPED_WORDS = 8;
const OFFSET = 4;

/** An array, with the property that the package gives to all of them. */
type Pointed<Bytes> = Bytes & { readonly ptr: number };

/** A package of bindings for Bun, used as its documentation says. */
export const bunPackage: Candidate<TransferTask> = {
  way: "@bun-win32/kernel32",
  runtimes: ["bun"],
  lacks() {
    const peer = bunKernel32();
    return "missing" in peer ? peer.missing : undefined;
  },
  prepare(task) {
    const peer = bunKernel32();
    if ("missing" in peer) throw new Error(peer.missing);
    const kernel32 = peer.module;
    const { writes, positional } = partsOf(task.operation);
    const file = openFor(task);
    const { handle } = file;
    const bytes = task.bytes as Pointed<Uint8Array>;
    const { length } = bytes;
    const done = new Uint32Array(new ArrayBuffer(4)) as Pointed<Uint32Array>;
    const words = new Uint32Array(
      new ArrayBuffer(4 * OVERLAPPED_WORDS),
    ) as Pointed<Uint32Array>;
    const check = (ok: number) => {
      if (ok === 0 || done[0] !== length) failed("@bun-win32/kernel32");
    };
    return {
      ...file,
      run: positional
        ? writes
          ? (count, first) => {
            for (let i = 0; i < count; i++) {
              words[OFFSET] = (first + i) * length;
              const { ptr } = words;
              check(
                kernel32.WriteFile(handle, bytes.ptr, length, done.ptr, ptr),
              );
            }
          }
          : (count, first) => {
            for (let i = 0; i < count; i++) {
              words[OFFSET] = (first + i) * length;
              const { ptr } = words;
              check(
                kernel32.ReadFile(handle, bytes.ptr, length, done.ptr, ptr),
              );
            }
          }
        : writes
        ? (count) => {
          for (let i = 0; i < count; i++) {
            check(
              kernel32.WriteFile(handle, bytes.ptr, length, done.ptr, null),
            );
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            check(kernel32.ReadFile(handle, bytes.ptr, length, done.ptr, null));
          }
        },
    };
  },
};
