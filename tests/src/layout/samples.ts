/** Layouts and bytes for tests. */
import { array, type Struct, struct, utf16 } from "../../../src/layout/mod.ts";

export interface Header {
  kind: number;
  length: number;
}

export const Header: Struct<Header> = struct({ kind: "u16", length: "u32" });

export interface Packet {
  id: number;
  header: Header;
  data: number[];
  name: string;
}

export const Packet: Struct<Packet> = struct({
  id: "u32",
  header: Header,
  data: array("u16", 3),
  name: utf16(4),
});

/** Returns the bytes that hexadecimal digits spell. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const pairs = digits.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}
