// portable

import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  connectPipe,
  listenPipe,
  type ListenPipeOptions,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import { turns } from "../support/event_loop.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import type { PipeName } from "../support/strict_kernel/pipe_name.ts";
import {
  EVERYONE,
  FOREIGN_PROCESS,
  THIS_PROCESS,
} from "../support/strict_kernel/process.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const NAME = "\\\\.\\pipe\\strict";
const { user } = THIS_PROCESS;

/** Begins something as a program of another user. */
function asForeign<T>(kernel: StrictKernel, begin: () => T): T {
  const { process } = kernel;
  kernel.process = FOREIGN_PROCESS;
  try {
    return begin();
  } finally {
    kernel.process = process;
  }
}

/** Has pipes be those of another user. */
function foreignServer(): Disposable {
  return replaceFunction(
    "CreateNamedPipeW",
    (original) => (kernel, ...words) =>
      asForeign(kernel, () => original(kernel, ...words)),
  );
}

strictTest(
  "by default the owner of the token has all rights, and others have none",
  async (kernel) => {
    const listener = listenPipe(NAME);
    const { security } = kernel.names.devices.get("pipe\\strict") as PipeName;
    assertEquals(security, {
      owner: user,
      isProtected: true,
      entries: [{ allows: true, sid: user, mask: 0x001F_01FF }],
    });
    const error = await assertRejects(
      () => asForeign(kernel, () => connectPipe(NAME)),
      Win32Error,
    );
    assertEquals(error.symbol, "ERROR_ACCESS_DENIED");
    await (await connectPipe(NAME)).close();
    await listener.close();
  },
);

strictTest(
  "everyone may read and write, and not create instances",
  async (kernel) => {
    const listener = listenPipe(NAME, { allow: "everyone" });
    const { security } = kernel.names.devices.get("pipe\\strict") as PipeName;
    assertEquals(security.entries, [
      { allows: true, sid: user, mask: 0x001F_01FF },
      { allows: true, sid: EVERYONE, mask: 0x0012_019B },
    ]);
    const client = await asForeign(kernel, () => connectPipe(NAME));
    const server = await listener.accept();
    assertEquals(
      [client.peerProcessId, server.peerProcessId],
      [THIS_PROCESS.id, FOREIGN_PROCESS.id],
    );
    // A client that asks for GENERIC_WRITE is let in, too.
    await turns();
    await using _other = await asForeign(
      kernel,
      () => open(NAME, { read: true, write: true }),
    );
    asForeign(kernel, () => assertThrows(() => listenPipe(NAME), Win32Error));
    await client.close();
    await server.close();
    await listener.close();
  },
);

strictTest("a text says who may connect", async (kernel) => {
  const sddl = `D:P(A;;FA;;;OW)(A;;0x12019b;;;${FOREIGN_PROCESS.user})`;
  const listener = listenPipe(NAME, { allow: { sddl } });
  await (await asForeign(kernel, () => connectPipe(NAME))).close();
  await listener.close();
});

strictTest(
  "a text that is wrong, or excludes the server, is refused and leaves nothing",
  (kernel) => {
    const refused = (sddl: string, message: string) => {
      const error = assertThrows(
        () => listenPipe(NAME, { allow: { sddl } }),
        Win32Error,
        message,
      );
      assertEquals(kernel.names.devices.has("pipe\\strict"), false);
      return `${error.syscall}: ${error.symbol}`;
    };
    assertEquals(
      refused("nonsense", 'got "nonsense"'),
      "ConvertStringSecurityDescriptorToSecurityDescriptorW: ERROR_INVALID_PARAMETER",
    );
    assertEquals(
      refused(
        "D:P(A;;FA;;;BA)",
        "CreateFileW failed for '\\\\.\\pipe\\strict'",
      ),
      "CreateFileW: ERROR_ACCESS_DENIED",
    );
    refused(
      "D:P(A;;FA;;;BA)",
      'The server itself opens its pipe once: allow.sddl must let it, as "D:P(A;;FA;;;OW)" lets the owner.',
    );
  },
);

strictTest(
  "remote clients are let in only if that is asked for",
  async (kernel) => {
    for (
      const [remote, expected] of [[undefined, true], [false, true], [
        true,
        false,
      ]]
    ) {
      const options: ListenPipeOptions = { remote };
      const listener = listenPipe(NAME, options);
      const name = kernel.names.devices.get("pipe\\strict") as PipeName;
      assertEquals(name.instances.map(({ rejectsRemote }) => rejectsRemote), [
        expected,
        expected,
      ]);
      await listener.close();
    }
  },
);

strictTest("a client refuses a server of another user", async (kernel) => {
  const foreign = foreignServer();
  const listener = asForeign(
    kernel,
    () => listenPipe(NAME, { allow: "everyone" }),
  );
  const error = await assertRejects(
    () => connectPipe(NAME, { server: "current-user", timeout: 10_000 }),
    Win32Error,
    `The pipe belongs to ${FOREIGN_PROCESS.user} and not to ${user}, the current user: another program may pose as the server. server: "any" connects to it all the same.`,
  );
  assertEquals([error.symbol, error.syscall], [
    "ERROR_ACCESS_DENIED",
    "NtQuerySecurityObject",
  ]);
  await (await connectPipe(NAME, { timeout: 10_000 })).close();
  await listener.close();
  foreign[Symbol.dispose]();
  const own = listenPipe(NAME);
  await (await connectPipe(NAME, { server: "current-user" })).close();
  await own.close();
});

strictTest(
  "a name that a program of another user has taken is taken",
  async (kernel) => {
    const listener = asForeign(
      kernel,
      () => listenPipe(NAME, { allow: "everyone" }),
    );
    const error = assertThrows(() => listenPipe(NAME), Win32Error);
    assertEquals([error.code, error.symbol], [
      "EADDRINUSE",
      "ERROR_ACCESS_DENIED",
    ]);
    assertMatch(error.message, /Another server has the name/);
    await listener.close();
  },
);

strictTest("a server learns what the client allows", async () => {
  const listener = listenPipe(NAME);
  const flags: bigint[] = [];
  using _ = failFunction("CreateFileW", 5, (...words) => {
    flags.push((words[5]! & 0xFFFF_FFFFn) >> 16n & 0x13n);
    return true;
  });
  for (
    const impersonation of [
      undefined,
      "anonymous",
      "identification",
      "impersonation",
      "delegation",
    ] as const
  ) await assertRejects(() => connectPipe(NAME, { impersonation }), Win32Error);
  // SECURITY_SQOS_PRESENT, and the level.
  assertEquals(flags, [0x10n, 0x10n, 0x11n, 0x12n, 0x13n]);
  await listener.close();
});

strictTest("a client is told that its direction may not fit", async () => {
  for (const [server, fitting] of [["in", "out"], ["out", "in"]] as const) {
    await using _ = listenPipe(NAME, { direction: server });
    for (const direction of ["duplex", server] as const) {
      const error = await assertRejects(
        () => connectPipe(NAME, { direction }),
        Win32Error,
        `does not go in the direction "${direction}"`,
      );
      assertEquals(error.symbol, "ERROR_ACCESS_DENIED");
    }
    await (await connectPipe(NAME, { direction: fitting })).close();
    const access = { read: true, write: true };
    const message = "open it for read or for write alone";
    assertThrows(() => openSync(NAME, access), Win32Error, message);
    await assertRejects(() => open(NAME, access), Win32Error, message);
  }
});

strictTest("a refused pipe is not opened a second time", async () => {
  await using _listener = listenPipe(NAME, { direction: "in" });
  let asked = 0;
  using _ = replaceFunction(
    "GetFileAttributesW",
    (original) => (kernel, ...words) => {
      asked++;
      return original(kernel, ...words);
    },
  );
  assertThrows(() => openSync(NAME), Win32Error);
  assertEquals(asked, 0);
});
