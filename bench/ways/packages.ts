import { OVERLAPPED } from "../../src/structs.ts";
import { handleFile } from "../handle.ts";
import { bunKernel32 } from "../packages.ts";
import type { Way } from "../way.ts";

const OFFSET = OVERLAPPED.offsetOf("Offset") / 4;

/** An array, with the property that the package gives to all of them. */
type Pointed<Array> = Array & { readonly ptr: number };

/** A package of bindings for Bun, used as its documentation says. */
export const bunPackage: Way = {
  name: "@bun-win32/kernel32",
  runtimes: ["bun"],
  lacks() {
    const peer = bunKernel32();
    return "missing" in peer ? peer.missing : undefined;
  },
  openSync(path, how) {
    const peer = bunKernel32();
    if ("missing" in peer) throw new Error(peer.missing);
    const kernel32 = peer.module;
    const file = handleFile(path, how);
    const { handle } = file;
    const done = new Uint32Array(new ArrayBuffer(4)) as Pointed<Uint32Array>;
    const words = new Uint32Array(
      new ArrayBuffer(OVERLAPPED.size),
    ) as Pointed<Uint32Array>;
    const pointerOf = (bytes: Uint8Array) => (bytes as Pointed<Uint8Array>).ptr;
    const counted = (ok: number) => ok !== 0 ? done[0]! : -1;
    return {
      ...file,
      read: (bytes) =>
        counted(
          kernel32.ReadFile(
            handle,
            pointerOf(bytes),
            bytes.length,
            done.ptr,
            null,
          ),
        ),
      write: (bytes) =>
        counted(
          kernel32.WriteFile(
            handle,
            pointerOf(bytes),
            bytes.length,
            done.ptr,
            null,
          ),
        ),
      readAt(bytes, at) {
        words[OFFSET] = at;
        const { length } = bytes;
        return counted(
          kernel32.ReadFile(
            handle,
            pointerOf(bytes),
            length,
            done.ptr,
            words.ptr,
          ),
        );
      },
      writeAt(bytes, at) {
        words[OFFSET] = at;
        const { length } = bytes;
        return counted(
          kernel32.WriteFile(
            handle,
            pointerOf(bytes),
            length,
            done.ptr,
            words.ptr,
          ),
        );
      },
    };
  },
};
