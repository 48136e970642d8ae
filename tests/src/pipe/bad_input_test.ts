// portable

import { test } from "node:test";
import { connectPipe, listenPipe, type SignalOptions } from "../../../mod.ts";
import { pipeName } from "../../support/pipes.ts";
import { onWindows } from "../../support/runtime.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";
import {
  assertRefused,
  assertRejected,
  type Wrong,
} from "../../support/untouched.ts";

const kernel = onWindows ? undefined : strictKernel();

const PREFIX = "\\\\.\\pipe\\";

const NAMES: readonly Wrong[] = [
  [undefined, TypeError, "name must be a string such as"],
  [42, TypeError, "got 42 (number)"],
  ["", TypeError, "name must begin with \\\\.\\pipe\\"],
  ["server", TypeError, 'got the string "server"'],
  ["\\\\.\\pipe\\", TypeError, "and go on with a name of your own"],
  ["\\\\.\\pipe\\.", TypeError, "and go on with a name of your own"],
  ["\\\\.\\pipe\\..", TypeError, "and go on with a name of your own"],
  ["//./pipe/server", TypeError, "name must begin with"],
  ["\\\\other\\pipe\\server", TypeError, "name must begin with"],
  [`${PREFIX}a\\b`, TypeError, "must have no backslash, slash or NUL"],
  [`${PREFIX}a/b`, TypeError, "A hyphen or a dot will do"],
  [`${PREFIX}a\0b`, TypeError, "must have no backslash, slash or NUL"],
  [PREFIX + "x".repeat(248), RangeError, "at most 256 characters: got 257"],
];

const LISTEN: readonly Wrong[] = [
  [
    null,
    TypeError,
    "options of listenPipe() must be an object that may have mode, direction",
  ],
  [
    { max: 1 },
    TypeError,
    '"max" is no option of listenPipe(). The options are',
  ],
  [{ mode: "text" }, TypeError, 'mode must be one of "byte", "message"'],
  [{ direction: "both" }, TypeError, 'direction must be one of "duplex"'],
  [{ maxInstances: "2" }, TypeError, "maxInstances must be a number"],
  [
    { maxInstances: 0 },
    RangeError,
    "maxInstances must be a whole number from 1",
  ],
  [{ maxInstances: 1.5 }, RangeError, "got 1.5"],
  [{ bufferSize: -1 }, RangeError, "bufferSize must be a whole number from 1"],
  [{ bufferSize: 2 ** 31 }, RangeError, "to 1073741824: got 2147483648"],
  [
    { allow: "friends" },
    TypeError,
    'allow must be "current-user", "everyone" or',
  ],
  [{ allow: {} }, TypeError, "a security descriptor such as { sddl:"],
  [{ allow: null }, TypeError, "allow must be"],
  [{ allow: 5 }, TypeError, "allow must be"],
  [{ allow: { sddl: "" } }, TypeError, "a security descriptor such as"],
  [{ allow: { sddl: "D:\0" } }, TypeError, "a security descriptor such as"],
  [{ remote: 1 }, TypeError, "remote must be true or false: got 1 (number)"],
];

const CONNECT: readonly Wrong[] = [
  [7, TypeError, "options of connectPipe() must be an object"],
  [{ mode: "byte" }, TypeError, '"mode" is no option of connectPipe()'],
  [{ direction: 1 }, TypeError, "direction must be one of"],
  [{ timeout: "1s" }, TypeError, "timeout must be a number of milliseconds"],
  [
    { timeout: -1 },
    RangeError,
    "timeout must be a number of milliseconds from 0: got -1",
  ],
  [{ timeout: NaN }, RangeError, "milliseconds from 0: got NaN"],
  [{ signal: {} }, TypeError, "signal must be an AbortSignal"],
  [{ wait: "yes" }, TypeError, "wait must be true or false"],
  [{ impersonation: "all" }, TypeError, 'impersonation must be one of "anonym'],
  [{ server: "me" }, TypeError, 'server must be one of "any", "current-user"'],
];

test("names are checked before any call", async () => {
  kernel?.reset(1);
  for (const wrong of NAMES) {
    const [name, type, message] = wrong;
    assertRefused(() => listenPipe(name as string), type, message);
    await assertRejected(() => connectPipe(name as string), wrong);
  }
});

test("options are checked before any call", async () => {
  kernel?.reset(1);
  for (const [options, type, message] of LISTEN) {
    const wrong = options as Record<string, never>;
    assertRefused(() => listenPipe(pipeName(), wrong), type, message);
  }
  for (const wrong of CONNECT) {
    const options = wrong[0] as Record<string, never>;
    await assertRejected(() => connectPipe(pipeName(), options), wrong);
  }
  const aborted = { signal: AbortSignal.abort(new TypeError("before")) };
  const wrong = [aborted, TypeError, "before"] as const;
  await assertRejected(() => connectPipe(pipeName(), aborted), wrong);
});

test("what connections and listeners are given is checked before any call", async () => {
  kernel?.reset(1);
  const name = pipeName();
  const listener = listenPipe(name, { mode: "message" });
  const client = await connectPipe(name);
  const server = await listener.accept();
  const anyClient = client as unknown as Record<
    string,
    (...args: unknown[]) => Promise<unknown>
  >;
  const call = (method: string, ...args: unknown[]) =>
    anyClient[method]!(...args);
  const bytes = new Uint8Array(4);
  for (
    const method of ["read", "readExactly", "write", "writeAll", "writeMessage"]
  ) {
    for (
      const given of [
        "text",
        null,
        new ArrayBuffer(4),
        new SharedArrayBuffer(4),
      ]
    ) {
      const name = method.startsWith("read") ? "buffer" : "data";
      const message = `${name} must be a Uint8Array or another ArrayBufferView`;
      await assertRejected(() => call(method, given), [0, TypeError, message]);
    }
    for (
      const [options, message] of [
        [null, `options of ${method}() must be an object`],
        [5, `options of ${method}() must be an object`],
        [{ signal: {} }, "signal must be an AbortSignal"],
        [{ at: 0 }, `"at" is no option of ${method}()`],
      ] as const
    ) {
      const wrong = [0, TypeError, message] as const;
      await assertRejected(() => call(method, bytes, options), wrong);
    }
  }
  await assertRejected(() => call("writeGather", bytes), [
    0,
    TypeError,
    "buffers must be a list of buffers",
  ]);
  await assertRejected(() => call("writeGather", [bytes], { at: 0 }), [
    0,
    TypeError,
    '"at" is no option of writeGather()',
  ]);
  for (const maxLength of [0, -1, 1.5, 2 ** 31]) {
    const wrong = [0, RangeError, "maxLength must be a whole number"] as const;
    await assertRejected(() => call("readMessage", { maxLength }), wrong);
  }
  await assertRejected(() => call("readMessage", { maxLength: "9" }), [
    0,
    TypeError,
    "maxLength must be a number",
  ]);
  for (const method of ["readMessage", "readAll"]) {
    const message = `"at" is no option of ${method}()`;
    await assertRejected(() => call(method, { at: 0 }), [
      0,
      TypeError,
      message,
    ]);
  }
  const unknown = '"at" is no option of accept()';
  await assertRejected(
    () => listener.accept({ at: 0 } as SignalOptions),
    [0, TypeError, unknown],
  );
  await assertRejected(
    () => listener.accept({ signal: {} } as SignalOptions),
    [0, TypeError, "signal must be an AbortSignal"],
  );
  await listener.close();
  assertRefused(
    () => call("createReadable", { start: 0 }),
    TypeError,
    '"start" is no option of createReadable()',
  );
  assertRefused(
    () => call("createReadable", { chunkSize: 0 }),
    RangeError,
    "chunkSize",
  );
  assertRefused(
    () => call("createWritable", { at: 0 }),
    TypeError,
    '"at" is no option of createWritable()',
  );
  await server.close();
  await client.close();
});
