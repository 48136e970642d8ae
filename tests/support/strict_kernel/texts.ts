import type { FakeMemory } from "../fake_memory.ts";

/** Reads a string in UTF-16 with its NUL. */
export function readText(memory: FakeMemory, address: bigint): string {
  const view = memory.view(address);
  let text = "";
  for (let at = 0;; at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) return text;
    text += String.fromCharCode(unit);
  }
}

/** Writes a string in UTF-16 with its NUL. */
export function writeText(
  memory: FakeMemory,
  address: bigint,
  text: string,
): void {
  const view = memory.view(address, 2 * text.length + 2);
  for (let i = 0; i <= text.length; i++) {
    view.setUint16(2 * i, i < text.length ? text.charCodeAt(i) : 0, true);
  }
}
