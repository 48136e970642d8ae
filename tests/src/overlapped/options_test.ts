// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkedSignal,
  checkedTransferOptions,
} from "../../../src/overlapped/options.ts";

test("checkedTransferOptions() takes an offset and a signal, and nothing else", () => {
  const { signal } = new AbortController();
  const none = { at: undefined, signal: undefined };
  assertEquals(checkedTransferOptions({}), none);
  assertEquals(checkedTransferOptions({ at: 5n, signal }), { at: 5n, signal });
  assertEquals(checkedTransferOptions(Object.create({ size: 1 })), none);
  const wrong: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "options must be an object such as { at: 0 }: got null"],
    [5, TypeError, "options must be an object such as { at: 0 }: got 5"],
    [{ at: -1 }, RangeError, "at must be a whole number"],
    [{ at: "0" }, TypeError, "at must be a number or a bigint"],
    [{ signal: {} }, TypeError, "signal must be an AbortSignal"],
    [
      { at: 0, size: 1 },
      TypeError,
      '"size" is no option of reads and writes. The options are at, signal.',
    ],
  ];
  for (const [options, type, message] of wrong) {
    const check = () => checkedTransferOptions(options as object);
    assertThrows(check, type as typeof TypeError, message);
  }
});

test("checkedSignal() names the method, and throws the reason of an aborted signal", () => {
  const { signal } = new AbortController();
  assertEquals(checkedSignal("connect", {}), undefined);
  assertEquals(checkedSignal("connect", { signal }), signal);
  const wrong: [unknown, string][] = [
    [null, "options of connect() must be an object that may have signal"],
    [{ at: 0 }, '"at" is no option of connect(). The only option is signal.'],
    [{ signal: 5 }, "signal must be an AbortSignal"],
  ];
  for (const [options, message] of wrong) {
    const check = () => checkedSignal("connect", options as object);
    assertThrows(check, TypeError, message);
  }
  const aborted = AbortSignal.abort(new RangeError("stop"));
  const check = () => checkedSignal("connect", { signal: aborted });
  assertThrows(check, RangeError, "stop");
});
