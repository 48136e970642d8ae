// portable
// serial port

import { assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../mod.ts";
import {
  EV_RXCHAR,
  EVENPARITY,
  FILE_FLAG_OVERLAPPED,
  type Handle,
  kernel32,
  MAXDWORD,
  NOPARITY,
  ONE5STOPBITS,
  PURGE_RXABORT,
  PURGE_RXCLEAR,
  RTS_CONTROL_HANDSHAKE,
  SETRTS,
  TWOSTOPBITS,
} from "../../src/raw.ts";
import type { COMMTIMEOUTS } from "../../src/structs.ts";
import {
  clearErrors,
  firstByte,
  getState,
  getTimeouts,
  IMMEDIATE,
  openPort,
  PORT,
  setState,
  setTimeouts,
} from "../support/comm.ts";
import {
  codeOf,
  read,
  result,
  rule,
  RuleOverlapped,
  type RuleSystem,
  write,
} from "../support/rules.ts";
import { onWindows } from "../support/runtime.ts";
import { serialPortName } from "../support/serial_device.ts";

// Others' tests of the same: Wine's dlls/kernel32/tests/comm.c.

const OVERLAPPED = { flags: FILE_FLAG_OVERLAPPED };
/** Long enough for an answer of the device, which takes no such time. */
const LONG = { ReadTotalTimeoutConstant: 60_000 };
const skip = onWindows && serialPortName() === undefined;

/** Registers a rule of ports. It gets the name of one. */
function portRule(
  name: string,
  run: (system: RuleSystem, port: string) => void,
): void {
  rule(name, (system) => run(system, serialPortName()!), { skip });
}

/** Asks the device, and returns its answer. */
function ask(port: Handle, line: string): string {
  write(port, new TextEncoder().encode(`${line}\n`));
  const byte = new Uint8Array(1);
  let answer = "";
  while (read(port, byte)[1] > 0 && byte[0] !== 10) {
    answer += String.fromCharCode(byte[0]!);
  }
  return answer.trimEnd();
}

/** Starts a read of an overlapped handle. */
function startRead(port: Handle, memory: AlignedBuffer, length: number) {
  const overlapped = new RuleOverlapped();
  const { address } = overlapped;
  const code = codeOf(
    kernel32.ReadFile(port, memory.address, length, null, address),
  );
  return { code, overlapped };
}

portRule("a port is opened by its name behind \\\\.\\", (system, name) => {
  // Behind COM9 the plain name is one of a file.
  assertEquals(system.openCode(name, PORT), 2);
  assertEquals(system.openCode(`\\\\.\\${name}`, PORT), 0);
  assertEquals(system.openCode("\\\\.\\COM255", PORT), 2);
});

portRule("a port is open once", (system, name) => {
  openPort(system, name);
  assertEquals(
    system.openCode(`\\\\.\\${name}`, PORT),
    system.differsUnderWine("a pseudo-terminal is shared", 0, 5),
  );
});

portRule("SetCommState sets what GetCommState gets", (system, name) => {
  const port = openPort(system, name, LONG);
  assertEquals(ask(port, "SETTINGS"), "9600 8 none 1");
  const changes = {
    BaudRate: 115_200,
    ByteSize: 7,
    Parity: EVENPARITY,
    StopBits: TWOSTOPBITS,
    Flags: { fParity: 1 },
  };
  assertEquals(setState(port, changes), 0);
  const { BaudRate, ByteSize, Parity, StopBits } = getState(port);
  const bits = system.differsUnderWine(
    "a pseudo-terminal has bytes of eight bits, without parity",
    [8, NOPARITY, "8 none"],
    [7, EVENPARITY, "7 even"],
  );
  const expected = [115_200, bits[0], bits[1], TWOSTOPBITS];
  assertEquals([BaudRate, ByteSize, Parity, StopBits], expected);
  assertEquals(ask(port, "SETTINGS"), `115200 ${bits[2]} 2`);
});

portRule("SetCommState refuses what no port can do", (system, name) => {
  const port = openPort(system, name);
  const codes = [
    setState(port, { ByteSize: 4 }),
    setState(port, { ByteSize: 9 }),
    setState(port, { Parity: 5 }),
    setState(port, { StopBits: 3 }),
    setState(port, { ByteSize: 5, StopBits: TWOSTOPBITS }),
    setState(port, { StopBits: ONE5STOPBITS }),
    setState(port, { BaudRate: 0 }),
    setState(port, { XonChar: 0x13 }),
    setState(port, { Flags: { fBinary: 0 } }),
  ];
  assertEquals(
    codes,
    system.differsUnderWine(
      "it looks at each member alone",
      [50, 50, 50, 50, 0, 0, 0, 0, 0],
      [87, 87, 87, 87, 87, 87, 87, 87, 87],
    ),
  );
});

portRule("SetCommTimeouts sets what GetCommTimeouts gets", (system, name) => {
  const port = openPort(system, name);
  const timeouts: COMMTIMEOUTS = {
    ReadIntervalTimeout: 1,
    ReadTotalTimeoutMultiplier: 2,
    ReadTotalTimeoutConstant: 3,
    WriteTotalTimeoutMultiplier: 4,
    WriteTotalTimeoutConstant: 5,
  };
  assertEquals(setTimeouts(port, timeouts), 0);
  assertEquals(getTimeouts(port), timeouts);
  assertEquals(
    setTimeouts(port, firstByte(MAXDWORD)),
    system.differsUnderWine("all are taken", 0, 87),
  );
});

portRule("bytes go to the device and come from it", (system, name) => {
  const port = openPort(system, name, LONG);
  assertEquals(ask(port, "AT"), "OK");
  assertEquals(ask(port, "and back"), "and back");
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  write(port, new TextEncoder().encode("TAKE 256\n"));
  assertEquals(write(port, all), [0, 256]);
  assertEquals(ask(port, ""), "256 32640");
  const bytes = new Uint8Array(1000);
  write(port, new TextEncoder().encode("SEND 1000\n"));
  assertEquals(read(port, bytes), [0, 1000]);
  assertEquals(bytes, bytes.map((_, i) => i % 251));
});

portRule(
  "with MAXDWORD, 0 and 0 a read takes what is there",
  (system, name) => {
    const port = openPort(system, name, IMMEDIATE);
    assertEquals(read(port, new Uint8Array(4)), [0, 0]);
    setTimeouts(port, LONG);
    write(port, new TextEncoder().encode("AT\n"));
    assertEquals(read(port, new Uint8Array(4)), [0, 4]);
    setTimeouts(port, IMMEDIATE);
    assertEquals(read(port, new Uint8Array(4)), [0, 0]);
  },
);

portRule("a time-out is a success with what has come", (system, name) => {
  const port = openPort(system, name, { ReadTotalTimeoutConstant: 200 });
  assertEquals(read(port, new Uint8Array(4)), [0, 0]);
  setTimeouts(port, LONG);
  write(port, new TextEncoder().encode("a\n"));
  assertEquals(read(port, new Uint8Array(1)), [0, 1]);
  setTimeouts(port, { ReadTotalTimeoutConstant: 200 });
  assertEquals(read(port, new Uint8Array(9)), [0, 2]); // The line's end.
});

portRule("so is one of an overlapped read", (system, name) => {
  const timeouts = { ReadTotalTimeoutConstant: 50 };
  const port = openPort(system, name, timeouts, OVERLAPPED);
  const memory = new AlignedBuffer(4096);
  const { code, overlapped } = startRead(port, memory, 4);
  assertEquals(code, 997);
  assertEquals(
    result(port, overlapped),
    system.differsUnderWine("it ends with ERROR_TIMEOUT", [1460, 0], [0, 0]),
  );
});

portRule("a read that waits for the first byte", (system, name) => {
  const port = openPort(system, name, firstByte(500));
  write(port, new TextEncoder().encode("AT\n"));
  const bytes = new Uint8Array(100);
  let count = 0;
  while (count < 4) {
    const [code, more] = read(port, bytes.subarray(count));
    assertEquals(code, 0);
    count += more;
  }
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "OK\r\n");
});

portRule("CancelIoEx and PurgeComm end a read", (system, name) => {
  const port = openPort(system, name, {}, OVERLAPPED);
  const memory = new AlignedBuffer(4096);
  const first = startRead(port, memory, 4);
  assertEquals(first.code, 997);
  kernel32.CancelIoEx(port, first.overlapped.address);
  assertEquals(result(port, first.overlapped), [995, 0]);
  const second = startRead(port, memory, 4);
  assertEquals(codeOf(kernel32.PurgeComm(port, PURGE_RXABORT)), 0);
  const isEnded = system.differsUnderWine("it is still pending", false, true);
  if (!isEnded) {
    assertEquals(result(port, second.overlapped, false)[0], 996);
    kernel32.CancelIoEx(port, second.overlapped.address);
  }
  assertEquals(result(port, second.overlapped), [995, 0]);
});

portRule(
  "PurgeComm wants flags, and discards what has come",
  (system, name) => {
    const port = openPort(system, name, LONG);
    assertEquals(
      [0, 16].map((flags) => codeOf(kernel32.PurgeComm(port, flags))),
      system.differsUnderWine("they are not looked at", [0, 0], [87, 87]),
    );
    write(port, new TextEncoder().encode("SEND 10\n"));
    read(port, new Uint8Array(1));
    const { code, errors, stat } = clearErrors(port);
    assertEquals([code, errors, stat.cbInQue], [0, 0, 9]);
    assertEquals(codeOf(kernel32.PurgeComm(port, PURGE_RXCLEAR)), 0);
    assertEquals(clearErrors(port).stat.cbInQue, 0);
  },
);

portRule("SetCommMask ends a wait, with no events", (system, name) => {
  const port = openPort(system, name, {}, OVERLAPPED);
  const memory = new AlignedBuffer(4096);
  const mask = new DataView(memory.bytes.buffer);
  const overlapped = new RuleOverlapped();
  assertEquals(codeOf(kernel32.SetCommMask(port, EV_RXCHAR)), 0);
  mask.setUint32(0, 0xFFFF, true);
  const { address } = overlapped;
  const code = codeOf(kernel32.WaitCommEvent(port, memory.address, address));
  assertEquals(code, 997);
  assertEquals(codeOf(kernel32.SetCommMask(port, 0)), 0);
  const ended = [result(port, overlapped)[0], mask.getUint32(0, true)];
  assertEquals(
    ended,
    system.differsUnderWine(
      "the wait is cancelled, and its thread may have looked for events before",
      [995, ended[1] === 0 ? 0 : 0xFFFF],
      [0, 0],
    ),
  );
});

portRule(
  "a wait ends with the events, which are four bytes",
  (system, name) => {
    const port = openPort(system, name, LONG, OVERLAPPED);
    const memory = new AlignedBuffer(4096);
    const wait = new RuleOverlapped();
    assertEquals(codeOf(kernel32.SetCommMask(port, EV_RXCHAR)), 0);
    const code = codeOf(
      kernel32.WaitCommEvent(port, memory.address, wait.address),
    );
    assertEquals(code, 997);
    memory.bytes.set(new TextEncoder().encode("AT\n"), 64);
    const written = new RuleOverlapped();
    kernel32.WriteFile(
      ...[port, memory.address + 64n, 3, null, written.address] as const,
    );
    assertEquals(result(port, written), [0, 3]);
    assertEquals(
      [...result(port, wait), memory.bytes[0]],
      system.differsUnderWine(
        "a pseudo-terminal has no events, and the wait is cancelled",
        [995, 0, 0],
        [0, 4, EV_RXCHAR],
      ),
    );
  },
);

portRule("SetupComm and FlushFileBuffers succeed", (system, name) => {
  const port = openPort(system, name, LONG);
  assertEquals(codeOf(kernel32.SetupComm(port, 8192, 8192)), 0);
  write(port, new TextEncoder().encode("SILENT\n"));
  assertEquals(codeOf(kernel32.FlushFileBuffers(port)), 0);
});

portRule("EscapeCommFunction refuses what it does not know", (system, name) => {
  const port = openPort(system, name);
  const escape = (code: number) =>
    codeOf(kernel32.EscapeCommFunction(port, code));
  const unknown = escape(10);
  setState(port, { Flags: { fRtsControl: RTS_CONTROL_HANDSHAKE } });
  assertEquals(
    [unknown, escape(SETRTS)],
    system.differsUnderWine(
      "a pseudo-terminal has no lines",
      [87, 50],
      [87, 87],
    ),
  );
});

portRule("QueryDosDeviceW says how much room it wants", () => {
  const units = new Uint16Array(4);
  assertEquals(kernel32.QueryDosDeviceW(null, units, 4), 0);
  assertEquals(codeOf(false), 122);
  assertEquals(kernel32.QueryDosDeviceW("COM255", units, 4), 0);
  assertEquals(codeOf(false), 2);
});

portRule("a file is no port", (system) => {
  const file = system.open(system.file("a"));
  const codes = [
    codeOf(kernel32.PurgeComm(file, PURGE_RXCLEAR)),
    codeOf(kernel32.SetCommMask(file, EV_RXCHAR)),
    clearErrors(file).code,
  ];
  assertEquals(
    codes,
    system.differsUnderWine("other codes", [6, 50, 6], [1, 1, 1]),
  );
});
