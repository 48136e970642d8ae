/**
 * C structures for Win32 I/O: those of kernel32's parameters, and functions that
 * describe your own.
 *
 * A structure and its layout have one name: `OVERLAPPED` is the type of the
 * values, and the constant that reads, writes and views them. Members have
 * Microsoft's spelling; 64-bit members, addresses and handles are bigints.
 * Everything here works on every system.
 *
 * @example Lay out a packet of your own
 * ```ts
 * import { bytes, struct } from "@kernel32/io/structs";
 *
 * const Packet = struct({ command: "u16", length: "u32", payload: bytes(4) });
 *
 * const packet = Packet.create({ command: 1, length: 4 });
 * Packet.view(packet).payload.set([1, 2, 3, 4]);
 * console.log(packet.length, Packet.offsetOf("payload")); // 12 8
 * ```
 *
 * @module
 */

export * from "./layout/mod.ts";
export * from "./structs/comm.ts";
export * from "./structs/file_info.ts";
export * from "./structs/numbers.ts";
export * from "./structs/overlapped.ts";
export * from "./structs/reparse.ts";
export * from "./structs/storage.ts";
export * from "./structs/system.ts";
