// portable

import { assertEquals, assertRejects } from "@std/assert";
import {
  connectPipe,
  type ConnectPipeOptions,
  ERROR_NOT_ENOUGH_MEMORY,
  listenPipe,
  Win32Error,
} from "../../../mod.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const NAME = "\\\\.\\pipe\\strict";

/** Asserts that connecting fails, by which function, with which code, and what is said behind that. */
async function assertFails(
  options: ConnectPipeOptions,
  syscall: string,
  symbol: string,
  hint: string,
): Promise<void> {
  const error = await assertRejects(
    () => connectPipe(NAME, options),
    Win32Error,
  );
  const { win32, path } = error;
  assertEquals([error.syscall, error.symbol, path], [syscall, symbol, NAME]);
  const { message } = new Win32Error(syscall, win32, { path });
  assertEquals(error.message, message + hint);
}

strictTest(
  "connectPipe() says why there is no connection, and how long it has waited",
  async () => {
    await assertFails(
      { timeout: 1 },
      "CreateFileW",
      "ERROR_FILE_NOT_FOUND",
      ". No server listens there. wait: true waits for one.",
    );
    await assertFails(
      { wait: true, timeout: 0 },
      "CreateFileW",
      "ERROR_TIMEOUT",
      ". For 0 ms no server listened there.",
    );
    await using _ = listenPipe(NAME, { maxInstances: 1 });
    await using _first = await connectPipe(NAME);
    for (const wait of [false, true]) {
      await assertFails(
        { wait, timeout: 1 },
        "CreateFileW",
        "ERROR_TIMEOUT",
        ". For 1 ms all instances of the pipe were busy.",
      );
    }
  },
);

strictTest(
  "connectPipe() does not wait for a server that refuses",
  async () => {
    await using _ = listenPipe(NAME, { direction: "in" });
    await assertFails(
      { wait: true, timeout: 1 },
      "CreateFileW",
      "ERROR_ACCESS_DENIED",
      ". The server does not allow this user, or its pipe does not go in the " +
        'direction "duplex": the client of a server that only writes has ' +
        'direction: "in", that of one that only reads "out".',
    );
    using _refused = failFunction("CreateFileW", ERROR_NOT_ENOUGH_MEMORY);
    await assertFails(
      { wait: true, timeout: 1 },
      "CreateFileW",
      "ERROR_NOT_ENOUGH_MEMORY",
      "",
    );
  },
);

strictTest(
  "connectPipe() says which question about the pipe was not answered",
  async () => {
    await using _ = listenPipe(NAME, { mode: "message" });
    for (const name of ["GetNamedPipeInfo", "SetNamedPipeHandleState"]) {
      using _failing = failFunction(name, ERROR_NOT_ENOUGH_MEMORY);
      await assertFails({}, name, "ERROR_NOT_ENOUGH_MEMORY", "");
    }
    using _denied = replaceFunction(
      "NtQuerySecurityObject",
      () => () => 0xC000_0022n,
    );
    await assertFails(
      { server: "current-user" },
      "NtQuerySecurityObject",
      "ERROR_ACCESS_DENIED",
      "",
    );
  },
);

strictTest(
  "connectPipe() refuses a pipe that has no owner, or a strange one",
  async () => {
    await using _ = listenPipe(NAME);
    const own = "S-1-5-21-11-22-33-1001";
    for (
      const [offsetOwner, owner] of [
        [0, "nothing that has an owner"],
        [20, "S-1-4294967298"],
      ] as const
    ) {
      using _ = replaceFunction(
        "NtQuerySecurityObject",
        (original) => (kernel, ...words) => {
          const status = original(kernel, ...words);
          // A SECURITY_DESCRIPTOR_RELATIVE, and a SID of 8 bytes behind it.
          const view = kernel.memory.view(words[2]!, 28);
          view.setUint32(4, offsetOwner, true);
          view.setUint8(21, 0);
          view.setUint16(22, 1);
          view.setUint32(24, 2);
          return status;
        },
      );
      await assertRejects(
        () => connectPipe(NAME, { server: "current-user" }),
        Win32Error,
        `The pipe belongs to ${owner} and not to ${own}`,
      );
    }
  },
);

strictTest(
  "connectPipe() has no messages read where nothing is read",
  async () => {
    await using _ = listenPipe(NAME, { mode: "message", direction: "in" });
    using _state = failFunction(
      "SetNamedPipeHandleState",
      ERROR_NOT_ENOUGH_MEMORY,
    );
    await using client = await connectPipe(NAME, { direction: "out" });
    await client.writeMessage(new Uint8Array(1));
  },
);
