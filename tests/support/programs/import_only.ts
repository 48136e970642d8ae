// Imports everything and reports what came of the first call.

import * as mod from "../../../mod.ts";
import { getLastWin32Error, kernel32 } from "../../../src/raw.ts";
import { OVERLAPPED } from "../../../src/structs.ts";

console.log(`imported ${typeof mod} ${OVERLAPPED.size}`);
for (
  const call of [
    () => kernel32.GetCurrentProcess(),
    () => getLastWin32Error(),
  ]
) {
  try {
    console.log(`returned ${call()}`);
  } catch (error) {
    const { name, message } = error as Error;
    console.log(`threw ${name}: ${message}`);
  }
}
