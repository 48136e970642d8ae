// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { win32Codes } from "../../../src/errors/codes.ts";
import { isUnknownRequest } from "../../../src/errors/unknown_request.ts";

test("isUnknownRequest() is true for exactly the codes of a system without the request", () => {
  const unknown = [...win32Codes()].filter(([code]) => isUnknownRequest(code));
  assertEquals(unknown.map(([, symbol]) => symbol), [
    "ERROR_INVALID_FUNCTION",
    "ERROR_NOT_SUPPORTED",
    "ERROR_INVALID_PARAMETER",
    "ERROR_CALL_NOT_IMPLEMENTED",
  ]);
});
