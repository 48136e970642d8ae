import { CharacterDevice } from "./device.ts";

/** A console's input: lines that are typed, of which an empty one stands for Ctrl+Z. */
export class Console extends CharacterDevice {
  constructor(lines: Uint8Array[]) {
    super({ read: () => lines.shift() });
  }
}
