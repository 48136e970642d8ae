import { kernel32, toHandle } from "../../mod.ts";
import { assertEquals } from "@std/assert";

/** More handles than a runtime has. They are multiples of 4, lowest first. */
const LIMIT = 0x4000;

/**
 * Lists this process's handles of files, pipes and devices. It goes by what
 * the system says of each possible handle: Wine does not count them.
 */
export function fileHandles(): number[] {
  const handles = [];
  for (let value = 4; value < LIMIT; value += 4) {
    if (kernel32.GetFileType(toHandle(value)) !== 0) handles.push(value);
  }
  return handles;
}

/** Asserts that a function leaves no handle of a file behind. */
export function assertNoHandleLeft(run: () => void): void {
  run(); // What the runtime opens once and for all is no leak.
  const before = fileHandles();
  run();
  assertEquals(fileHandles(), before, "the handles of files after the run");
}
