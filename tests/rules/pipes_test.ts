// portable

import process from "node:process";
import { assertEquals } from "@std/assert";
import { AlignedBuffer, INVALID_HANDLE_VALUE } from "../../mod.ts";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FILE_READ_ATTRIBUTES,
  FILE_READ_DATA,
  FILE_WRITE_ATTRIBUTES,
  GENERIC_READ,
  GENERIC_WRITE,
  getLastWin32Error,
  type Handle,
  kernel32,
  OPEN_EXISTING,
  PIPE_ACCESS_DUPLEX,
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_NOWAIT,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/raw.ts";
import {
  codeOf,
  read,
  result,
  rule,
  RuleOverlapped,
  type RuleSystem,
  write,
} from "../support/rules.ts";

// Others' tests of the same: Wine's dlls/kernel32/tests/pipe.c and dlls/ntdll/tests/pipe.c; go-winio's pipe_test.go; .NET's
// NamedPipeTest.Specific.cs and NamedPipeTest.MessageMode.Windows.cs.

/** Of this process alone: two runtimes may run the rules at once. */
const NAME = `\\\\.\\pipe\\kernel32-io-rules-${process.pid}`;
const MESSAGES = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

/** Makes the server's end; INVALID_HANDLE_VALUE if it is refused. */
function tryServe(
  system: RuleSystem,
  pipeMode = 0,
  openMode: number = PIPE_ACCESS_DUPLEX,
  most = 1,
): Handle {
  const handle = kernel32.CreateNamedPipeW(
    NAME,
    openMode,
    pipeMode,
    most,
    4096,
    4096,
    0,
    null,
  );
  return handle === INVALID_HANDLE_VALUE ? handle : system.adopt(handle);
}

/** The code that another instance fails with; 0 if it does not, and then it is closed again. */
function serveCode(system: RuleSystem, openMode: number): number {
  const handle = tryServe(system, 0, openMode, 3);
  if (handle === INVALID_HANDLE_VALUE) return getLastWin32Error();
  system.close(handle);
  return 0;
}

function connect(
  system: RuleSystem,
  access: number = GENERIC_READ | GENERIC_WRITE,
): Handle {
  return system.open(NAME, { access, share: 0, disposition: OPEN_EXISTING });
}

const clientCode = (system: RuleSystem, access: number = GENERIC_READ) =>
  system.openCode(NAME, { access, share: 0, disposition: OPEN_EXISTING });

rule("a pipe has as many clients as instances", (system) => {
  assertEquals(clientCode(system), 2);
  tryServe(system, 0, PIPE_ACCESS_DUPLEX, 2);
  connect(system);
  assertEquals(clientCode(system), 231);
  tryServe(system, 0, PIPE_ACCESS_DUPLEX, 2);
  connect(system);
  assertEquals(
    tryServe(system, 0, PIPE_ACCESS_DUPLEX, 2),
    INVALID_HANDLE_VALUE,
  );
  assertEquals(getLastWin32Error(), 231);
});

rule(
  "the first instance is the first, and the others are like it",
  (system) => {
    tryServe(system, 0, PIPE_ACCESS_DUPLEX, 3);
    const first = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
    assertEquals(
      serveCode(system, first),
      system.differsUnderWine("the flag is ignored", 0, 5),
    );
    assertEquals(serveCode(system, PIPE_ACCESS_INBOUND), 5);
    assertEquals(serveCode(system, PIPE_ACCESS_DUPLEX), 0);
  },
);

rule("a pipe that is inbound is not read by clients", (system) => {
  tryServe(system, 0, PIPE_ACCESS_INBOUND);
  assertEquals(clientCode(system, GENERIC_READ), 5);
  assertEquals(clientCode(system, GENERIC_WRITE), 0);
});

rule(
  "ConnectNamedPipe fails if the client is there already, or was",
  (system) => {
    const server = tryServe(system);
    const client = connect(system);
    assertEquals(codeOf(kernel32.ConnectNamedPipe(server, null)), 535);
    system.close(client);
    assertEquals(codeOf(kernel32.ConnectNamedPipe(server, null)), 232);
    assertEquals(codeOf(kernel32.DisconnectNamedPipe(server)), 0);
  },
);

rule(
  "a pipe whose other end is closed is read to its end, and not written",
  (system) => {
    const server = tryServe(system);
    const client = connect(system);
    write(client, new Uint8Array([1, 2, 3]));
    system.close(client);
    assertEquals(read(server, new Uint8Array(10)), [0, 3]);
    assertEquals(read(server, new Uint8Array(10)), [109, 0]);
    assertEquals(write(server, new Uint8Array(1)), [232, 0]);
  },
);

rule(
  "what the client has not read is gone with DisconnectNamedPipe",
  (system) => {
    const server = tryServe(system);
    const client = connect(system);
    write(server, new Uint8Array(3));
    assertEquals(codeOf(kernel32.DisconnectNamedPipe(server)), 0);
    assertEquals(read(client, new Uint8Array(3)), [233, 0]);
    assertEquals(write(client, new Uint8Array(3)), [233, 0]);
    assertEquals(read(server, new Uint8Array(3)), [233, 0]);
  },
);

rule("a message that is too long comes in pieces", (system) => {
  const server = tryServe(system, MESSAGES);
  const client = connect(system);
  write(client, new Uint8Array([1, 2, 3, 4, 5]));
  write(client, new Uint8Array([6]));
  assertEquals(read(server, new Uint8Array(3)), [234, 3]);
  const left = new Uint32Array(1);
  const available = new Uint32Array(1);
  kernel32.PeekNamedPipe(server, null, 0, null, available, left);
  assertEquals([available[0], left[0]], [3, 2]);
  assertEquals(read(server, new Uint8Array(3)), [0, 2]);
  assertEquals(read(server, new Uint8Array(3)), [0, 1]);
});

rule("a message of no bytes exists on a pipe of messages", (system) => {
  const server = tryServe(system, MESSAGES);
  const client = connect(system);
  assertEquals(write(client, new Uint8Array(0)), [0, 0]);
  assertEquals(write(client, new Uint8Array(2)), [0, 2]);
  assertEquals(read(server, new Uint8Array(3)), [0, 0]);
  assertEquals(read(server, new Uint8Array(3)), [0, 2]);
});

rule("a client reads messages as bytes until it says otherwise", (system) => {
  const server = tryServe(system, MESSAGES);
  const client = connect(system);
  write(server, new Uint8Array([1, 2, 3]));
  write(server, new Uint8Array([4, 5]));
  assertEquals(read(client, new Uint8Array(4)), [0, 4]);
  assertEquals(read(client, new Uint8Array(4)), [0, 1]);
  assertEquals(
    codeOf(
      kernel32.SetNamedPipeHandleState(
        client,
        Uint32Array.of(PIPE_READMODE_MESSAGE),
        null,
        null,
      ),
    ),
    0,
  );
  write(server, new Uint8Array([1, 2, 3]));
  assertEquals(read(client, new Uint8Array(2)), [234, 2]);
});

/** The code of setting how an end reads. */
const readModeCode = (end: Handle, mode: number) =>
  codeOf(
    kernel32.SetNamedPipeHandleState(end, Uint32Array.of(mode), null, null),
  );

rule("how an end reads is set with the right to write attributes", (system) => {
  tryServe(system, MESSAGES, PIPE_ACCESS_DUPLEX, 2);
  const access = FILE_READ_DATA | FILE_READ_ATTRIBUTES;
  const reader = connect(system, access);
  const refused = system.differsUnderWine("the right is not asked for", 0, 5);
  assertEquals(readModeCode(reader, PIPE_READMODE_MESSAGE), refused);
  const server = tryServe(system, MESSAGES, PIPE_ACCESS_DUPLEX, 2);
  const client = connect(system, FILE_READ_DATA | FILE_WRITE_ATTRIBUTES);
  assertEquals(readModeCode(client, PIPE_READMODE_MESSAGE), 0);
  write(server, new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals(read(client, new Uint8Array(2)), [234, 2]);
  assertEquals(read(client, new Uint8Array(2)), [234, 2]);
  assertEquals(read(client, new Uint8Array(2)), [0, 1]);
});

rule("an end that only reads cannot set how it does", (system) => {
  // Neither GENERIC_READ nor PIPE_ACCESS_INBOUND has the right.
  const server = tryServe(system, 0, PIPE_ACCESS_INBOUND);
  const writer = connect(system, GENERIC_WRITE);
  assertEquals([readModeCode(server, 0), readModeCode(writer, 0)], [5, 0]);
  system.close(writer);
  system.close(server);
  const outbound = tryServe(system, 0, PIPE_ACCESS_OUTBOUND);
  const reader = connect(system, GENERIC_READ);
  const refused = system.differsUnderWine("the right is not asked for", 0, 5);
  assertEquals(readModeCode(outbound, 0), 0);
  assertEquals(readModeCode(reader, 0), refused);
});

rule("a pipe of bytes is not read by messages", (system) => {
  const server = tryServe(system);
  const client = connect(system);
  assertEquals(readModeCode(client, PIPE_READMODE_MESSAGE), 87);
  assertEquals(readModeCode(server, PIPE_READMODE_MESSAGE), 87);
  assertEquals(readModeCode(client, 0), 0);
});

rule("how many instances there may be is said by the first", (system) => {
  tryServe(system, 0, PIPE_ACCESS_DUPLEX, 3);
  for (const most of [2, 4]) {
    const next = tryServe(system, 0, PIPE_ACCESS_DUPLEX, most);
    assertEquals(next === INVALID_HANDLE_VALUE, false, `most ${most}`);
  }
  for (const most of [2, 3, 4]) {
    const next = tryServe(system, 0, PIPE_ACCESS_DUPLEX, most);
    assertEquals([next, getLastWin32Error()], [INVALID_HANDLE_VALUE, 231]);
  }
});

rule("a pipe says what it is, and how an end of it reads", (system) => {
  const server = tryServe(system, MESSAGES, PIPE_ACCESS_DUPLEX, 3);
  const client = connect(system);
  const info = (end: Handle) => {
    const words = Array.from({ length: 4 }, () => new Uint32Array(1));
    const [flags, out, into, most] = words;
    kernel32.GetNamedPipeInfo(end, flags!, out!, into!, most!);
    return words.map(([word]) => word);
  };
  // PIPE_SERVER_END is 1, PIPE_TYPE_MESSAGE 4.
  assertEquals(info(server), [5, 4096, 4096, 3]);
  assertEquals(info(client)[0], 4);
  const state = (end: Handle) => {
    const [mode, count] = [new Uint32Array(1), new Uint32Array(1)];
    kernel32.GetNamedPipeHandleStateW(end, mode, count, null, null, null, 0);
    return [mode[0], count[0]];
  };
  assertEquals(state(server), [PIPE_READMODE_MESSAGE, 1]);
  assertEquals(state(client), [0, 1]);
});

rule("both ends of a pipe know the other's process", (system) => {
  const server = tryServe(system);
  const id = new Uint32Array(1);
  const client = connect(system);
  assertEquals(codeOf(kernel32.GetNamedPipeClientProcessId(server, id)), 0);
  const expected = system.name === "strict kernel" ? 4321 : process.pid;
  assertEquals(id[0], expected);
  assertEquals(codeOf(kernel32.GetNamedPipeServerProcessId(client, id)), 0);
  assertEquals(id[0], expected);
});

rule("DisconnectNamedPipe fails before a client has come", (system) => {
  const server = tryServe(system);
  assertEquals(codeOf(kernel32.DisconnectNamedPipe(server)), 536);
});

rule("a client without any access to data takes an instance, too", (system) => {
  const server = tryServe(system);
  const client = connect(system, 0);
  assertEquals(clientCode(system), 231);
  assertEquals(codeOf(kernel32.DisconnectNamedPipe(server)), 0);
  system.close(client);
  // Disconnected, the instance keeps the name there and takes no client.
  assertEquals(clientCode(system), 231);
});

rule("a pipe that does not wait says so", (system) => {
  const server = tryServe(system, PIPE_NOWAIT);
  assertEquals(codeOf(kernel32.ConnectNamedPipe(server, null)), 536);
  const client = connect(system);
  assertEquals(read(server, new Uint8Array(3)), [232, 0]);
  write(client, new Uint8Array(3));
  assertEquals(read(server, new Uint8Array(3)), [0, 3]);
});

rule("a read that waits is cancelled", (system) => {
  const server = tryServe(system, 0, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED);
  const client = connect(system);
  const memory = new AlignedBuffer(4096);
  const overlapped = new RuleOverlapped();
  const start = () =>
    codeOf(
      kernel32.ReadFile(
        server,
        memory.address,
        10,
        null,
        overlapped.at(0).address,
      ),
    );
  assertEquals(start(), 997);
  assertEquals(result(server, overlapped, false), [996, 0]);
  assertEquals(codeOf(kernel32.CancelIoEx(server, overlapped.address)), 0);
  assertEquals(result(server, overlapped)[0], 995);
  assertEquals(start(), 997);
  write(client, new Uint8Array(4));
  assertEquals(result(server, overlapped), [0, 4]);
});

rule(
  "WaitNamedPipeW waits for an instance of a name that is there",
  (system) => {
    assertEquals(codeOf(kernel32.WaitNamedPipeW(NAME, 1)), 2);
    tryServe(system);
    assertEquals(codeOf(kernel32.WaitNamedPipeW(NAME, 1)), 0);
    connect(system);
    assertEquals(codeOf(kernel32.WaitNamedPipeW(NAME, 1)), 121);
  },
);
