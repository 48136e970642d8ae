// portable
//
// What errors ask of the system: the text of a code, and the code of a status.

import "../../support/old_node.ts";
import { assertEquals } from "@std/assert";
import { formatMessage, getLastWin32Error, kernel32 } from "../../../mod.ts";
import { codeOfStatus } from "../../../src/errors/status.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const ERROR_MR_MID_NOT_FOUND = 317;

strictTest("formatMessage() says so where the system has no text", () => {
  using _ = failFunction("FormatMessageW", ERROR_MR_MID_NOT_FOUND);
  kernel32.SetLastError(4711);
  assertEquals(formatMessage(5), "Windows has no text for error 5.");
  assertEquals(getLastWin32Error(), 4711);
});

strictTest("formatMessage() asks for the text of the system, as it is", () => {
  const calls: bigint[][] = [];
  using _ = replaceFunction(
    "FormatMessageW",
    (original) => (kernel, ...words) => {
      calls.push(words);
      return original(kernel, ...words);
    },
  );
  formatMessage(112);
  const [flags, source, code, language] = calls[0]!;
  // FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS
  assertEquals([flags, source, code, language], [0x1200n, 0n, 112n, 0n]);
});

strictTest(
  "codeOfStatus() asks the system for the code of a failure or warning",
  () => {
    for (
      const [status, code] of [[0x8000_0005, 234], [0xC000_0011, 38]] as const
    ) {
      for (const spelling of [status, status | 0]) {
        kernel32.SetLastError(4711);
        assertEquals(codeOfStatus(spelling), code);
        assertEquals(getLastWin32Error(), 4711);
      }
    }
  },
);

strictTest("codeOfStatus() asks nothing about a success", () => {
  using _ = failFunction("GetOverlappedResult", ERROR_MR_MID_NOT_FOUND);
  for (const status of [0, 1, 0x102, 0x104, 0x4000_0008, 0x7FFF_FFFF]) {
    assertEquals(codeOfStatus(status), 0);
  }
  assertEquals(codeOfStatus(0x8000_0000), ERROR_MR_MID_NOT_FOUND);
});
