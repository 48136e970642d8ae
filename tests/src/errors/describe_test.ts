// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { unknownOptionError } from "../../../src/errors/describe.ts";

test("unknownOptionError() names the option, its owner and the known options", () => {
  const one = unknownOptionError("packed", "struct()", "pack");
  assertEquals(one instanceof TypeError, true);
  assertEquals(
    one.message,
    '"packed" is no option of struct(). The only option is pack.',
  );
  assertEquals(
    unknownOptionError("of", "lock()", "at, length, exclusive").message,
    '"of" is no option of lock(). The options are at, length, exclusive.',
  );
});
