// portable

import { assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../mod.ts";
import {
  CE_BREAK,
  CE_FRAME,
  CE_OVERRUN,
  CE_RXOVER,
  CE_RXPARITY,
  CLRDTR,
  CLRRTS,
  DTR_CONTROL_HANDSHAKE,
  EV_BREAK,
  EV_CTS,
  EV_ERR,
  EV_RX80FULL,
  EV_RXCHAR,
  EV_RXFLAG,
  EV_TXEMPTY,
  EVENPARITY,
  FILE_FLAG_OVERLAPPED,
  type Handle,
  kernel32,
  MAXDWORD,
  MS_CTS_ON,
  MS_DSR_ON,
  MS_RING_ON,
  MS_RLSD_ON,
  ONE5STOPBITS,
  PURGE_RXABORT,
  PURGE_RXCLEAR,
  PURGE_TXABORT,
  PURGE_TXCLEAR,
  RTS_CONTROL_HANDSHAKE,
  RTS_CONTROL_TOGGLE,
  SETBREAK,
  SETDTR,
  SETRTS,
  SETXOFF,
  SETXON,
  TWOSTOPBITS,
} from "../../src/raw.ts";
import { COMMPROP, type COMMTIMEOUTS, DCB } from "../../src/structs.ts";
import {
  clearErrors,
  firstByte,
  getState,
  IMMEDIATE,
  modemStatus,
  openPort,
  PORT,
  setState,
  setTimeouts,
} from "../support/comm.ts";
import {
  codeOf,
  read,
  result,
  RuleOverlapped,
  RuleSystem,
  write,
} from "../support/rules.ts";
import { random } from "../support/random.ts";
import { turns } from "../support/event_loop.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  plugIn,
  type SerialDriver,
  type SerialPort,
} from "../support/strict_kernel/serial_port.ts";
import {
  STATUS_ACCESS_DENIED,
  STATUS_PENDING,
  STATUS_TIMEOUT,
  STATUS_UNSUCCESSFUL,
} from "../support/strict_kernel/status.ts";

const OVERLAPPED = { flags: FILE_FLAG_OVERLAPPED };
const [OK, ABORTED, INVALID, PENDING] = [0, 995, 87, 997];

/** A port of the strict kernel, and what tests do with it. */
interface Setup {
  readonly kernel: StrictKernel;
  readonly system: RuleSystem;
  readonly port: SerialPort;
  /** Opens it. */
  open(timeouts?: Partial<COMMTIMEOUTS>, overlapped?: boolean): Handle;
}

/** Registers a test on a port. Overlapped operations are performed when they are started. */
function portTest(
  name: string,
  run: (setup: Setup) => void,
  driver: SerialDriver = "serial.sys",
): void {
  strictTest(name, (kernel) => {
    kernel.schedule.choose = () => "already done";
    const port = plugIn(kernel, "COM7", driver);
    using system = new RuleSystem();
    const open: Setup["open"] = (timeouts, overlapped = false) =>
      openPort(system, "COM7", timeouts, overlapped ? OVERLAPPED : {});
    run({ kernel, system, port, open });
  });
}

/** An overlapped operation that was started. */
class Pending {
  readonly memory: AlignedBuffer = new AlignedBuffer(4096);
  readonly overlapped: RuleOverlapped = new RuleOverlapped();
  readonly code: number;
  readonly #file: Handle;

  constructor(
    file: Handle,
    start: (memory: AlignedBuffer, overlapped: bigint) => boolean,
  ) {
    this.#file = file;
    this.code = codeOf(start(this.memory, this.overlapped.address));
  }

  get isPending(): boolean {
    return this.overlapped.status === STATUS_PENDING;
  }

  /** How it ended: the code, and the count. */
  get result(): [code: number, count: number] {
    return result(this.#file, this.overlapped, false);
  }

  /** The first bytes of its memory. */
  bytes(count: number): number[] {
    return [...this.memory.bytes.subarray(0, count)];
  }
}

function startRead(file: Handle, length: number): Pending {
  return new Pending(
    file,
    ({ address }, overlapped) =>
      kernel32.ReadFile(file, address, length, null, overlapped),
  );
}

function startWrite(file: Handle, data: readonly number[]): Pending {
  return new Pending(file, ({ address, bytes }, overlapped) => {
    bytes.set(data);
    return kernel32.WriteFile(file, address, data.length, null, overlapped);
  });
}

function startWait(file: Handle): Pending {
  return new Pending(
    file,
    ({ address }, overlapped) =>
      kernel32.WaitCommEvent(file, address, overlapped),
  );
}

/** The events that a wait ended with. */
function events(wait: Pending): number {
  assertEquals(wait.result, [OK, 4]);
  return new DataView(wait.memory.bytes.buffer).getUint32(0, true);
}

const buffer = (length: number) => new Uint8Array(length);

portTest("a port is opened once, unshared, where it exists", (setup) => {
  const { system, port } = setup;
  const path = "\\\\.\\COM7";
  assertEquals(system.openCode(path, { ...PORT, share: 1 }), INVALID);
  assertEquals(system.openCode(path, { ...PORT, disposition: 2 }), INVALID);
  assertEquals(system.openCode("\\\\.\\COM8", PORT), 2);
  const handle = system.open("COM7", PORT);
  assertEquals(port.isOpen, true);
  assertEquals(system.openCode(path, PORT), 5);
  system.close(handle);
  assertEquals(port.isOpen, false);
  assertEquals(system.openCode(path, PORT), 0);
});

strictTest("COM10 has no plain name", (kernel) => {
  using system = new RuleSystem();
  plugIn(kernel, "COM10");
  assertEquals(system.openCode("COM10", PORT), 2);
  assertEquals(system.openCode("\\\\.\\COM10", PORT), 0);
});

portTest("settings stay when a port is closed", ({ system, port, open }) => {
  assertEquals([port.dcb.BaudRate, port.dcb.ByteSize], [1200, 7]);
  const first = open();
  setState(first, { BaudRate: 115_200, Parity: EVENPARITY });
  system.close(first);
  const second = system.open("COM7", PORT);
  const { BaudRate, Parity } = getState(second);
  assertEquals([BaudRate, Parity], [115_200, EVENPARITY]);
  assertEquals(port.dcb, getState(second));
});

portTest("SetCommState refuses what no port can do", ({ port, open }) => {
  const handle = open();
  const refused: readonly Parameters<typeof setState>[1][] = [
    { DCBlength: DCB.size - 1 },
    { BaudRate: 0 },
    { ByteSize: 4 },
    { ByteSize: 9 },
    { Parity: 5 },
    { StopBits: 3 },
    { ByteSize: 5, StopBits: TWOSTOPBITS },
    { ByteSize: 8, StopBits: ONE5STOPBITS },
    { XonChar: 0x13 },
    { XonLim: 4097 },
    { XoffLim: 4097 },
    { wReserved: 1 },
    { Flags: { fBinary: 0 } },
    { Flags: { fDtrControl: 3 } },
    { Flags: { fDummy2: 1 } },
  ];
  const before = port.dcb;
  for (const changes of refused) {
    assertEquals(setState(handle, changes), INVALID, JSON.stringify(changes));
  }
  assertEquals(port.dcb, before);
  assertEquals(setState(handle, { ByteSize: 5, StopBits: ONE5STOPBITS }), OK);
  assertEquals(setState(handle, { XonLim: 4096, XoffLim: 4096 }), OK);
});

portTest("GetCommState wants DCBlength", ({ open }) => {
  assertEquals(codeOf(kernel32.GetCommState(open(), DCB.create())), INVALID);
});

portTest("SetCommTimeouts refuses three times MAXDWORD", ({ port, open }) => {
  const handle = open();
  assertEquals(setTimeouts(handle, firstByte(MAXDWORD)), INVALID);
  assertEquals(setTimeouts(handle, firstByte(MAXDWORD - 1)), OK);
  assertEquals(port.timeouts.ReadTotalTimeoutConstant, MAXDWORD - 1);
});

portTest("a read that is to return at once does", ({ port, open }) => {
  const handle = open(IMMEDIATE);
  assertEquals(read(handle, buffer(5)), [OK, 0]);
  port.receive(1, 2, 3);
  assertEquals(read(handle, buffer(2)), [OK, 2]);
  assertEquals(read(handle, buffer(5)), [OK, 1]);
});

for (const driver of ["serial.sys", "FTDI", "usbser.sys"] as const) {
  portTest(
    `a read waits for the first byte under ${driver}`,
    ({ kernel, port, open }) => {
      const handle = open(firstByte(50), true);
      port.receive(1, 2, 3);
      assertEquals(startRead(handle, 10).result, [OK, 3]);
      const first = startRead(handle, 10);
      kernel.clock.advance(49);
      assertEquals(first.isPending, true);
      port.receive(4, 5, 6);
      // serial.sys makes it a read of one byte; USB brings packets.
      const count = driver === "serial.sys" ? 1 : 3;
      assertEquals(first.result, [OK, count]);
      assertEquals(first.bytes(count), [4, 5, 6].slice(0, count));
      assertEquals(clearErrors(handle).stat.cbInQue, 3 - count);
      kernel32.PurgeComm(handle, PURGE_RXCLEAR);
      const second = startRead(handle, 10);
      kernel.clock.advance(50);
      const code = driver === "usbser.sys" ? 121 : OK;
      assertEquals(second.result, [code, 0]);
      if (driver === "serial.sys") {
        assertEquals(second.overlapped.status, STATUS_TIMEOUT);
      }
    },
    driver,
  );

  portTest(
    `a read ends by its total time-out with what has come under ${driver}`,
    ({ kernel, port, open }) => {
      const handle = open({
        ReadTotalTimeoutMultiplier: 10,
        ReadTotalTimeoutConstant: 5,
      }, true);
      const pending = startRead(handle, 4);
      kernel.clock.advance(44);
      port.receive(1, 2);
      assertEquals(pending.isPending, true);
      kernel.clock.advance(1);
      assertEquals(pending.result, [OK, 2]);
      assertEquals(pending.bytes(2), [1, 2]);
    },
    driver,
  );

  portTest(
    `a write ends by its time-out with what has left under ${driver}`,
    ({ kernel, port, open }) => {
      port.outputSize = 0;
      port.room = 2;
      const handle = open({ WriteTotalTimeoutConstant: 20 }, true);
      const pending = startWrite(handle, [1, 2, 3]);
      kernel.clock.advance(19);
      assertEquals(pending.isPending, true);
      kernel.clock.advance(1);
      assertEquals(pending.result, [OK, 2]);
      const none = startWrite(handle, [4]);
      kernel.clock.advance(20);
      assertEquals(none.result, [driver === "usbser.sys" ? 121 : OK, 0]);
      assertEquals(port.sent, [1, 2]);
    },
    driver,
  );
}

portTest("time passes while the JS thread waits", ({ kernel, open }) => {
  const handle = open({ ReadTotalTimeoutConstant: 1000 });
  assertEquals(read(handle, buffer(1)), [OK, 0]);
  assertEquals(kernel.clock.now, 1000);
});

portTest("the interval counts from the first byte", (setup) => {
  const { kernel, port, open } = setup;
  const handle = open({ ReadIntervalTimeout: 10 }, true);
  const pending = startRead(handle, 9);
  kernel.clock.advance(1000);
  port.receive(1);
  kernel.clock.advance(9);
  port.receive(2);
  kernel.clock.advance(9);
  assertEquals(pending.isPending, true);
  kernel.clock.advance(1);
  assertEquals(pending.result, [OK, 2]);
});

portTest(
  "with MAXDWORD and other numbers a read ends with any byte at its start",
  (setup) => {
    const { kernel, port, open } = setup;
    const handle = open({
      ReadIntervalTimeout: MAXDWORD,
      ReadTotalTimeoutMultiplier: 10,
      ReadTotalTimeoutConstant: 5,
    }, true);
    port.receive(1);
    assertEquals(startRead(handle, 3).result, [OK, 1]);
    const pending = startRead(handle, 3);
    port.receive(1, 2);
    kernel.clock.advance(34);
    assertEquals(pending.isPending, true);
    kernel.clock.advance(1);
    assertEquals(pending.result, [OK, 2]);
  },
);

portTest("without time-outs a read waits until it is full", (setup) => {
  const { kernel, port, open } = setup;
  const pending = startRead(open({}, true), 3);
  port.receive("ab");
  kernel.clock.advance(1e9);
  assertEquals(pending.isPending, true);
  port.receive("c");
  assertEquals(pending.result, [OK, 3]);
  assertEquals(pending.bytes(3), [97, 98, 99]);
});

portTest(
  "reads are served in their order, each with its own time",
  (setup) => {
    const { kernel, port, open } = setup;
    const handle = open(firstByte(50), true);
    const [first, second] = [startRead(handle, 4), startRead(handle, 4)];
    kernel.clock.advance(50);
    assertEquals([first.isPending, second.isPending], [false, true]);
    port.receive(7);
    assertEquals([first.result, second.result], [[OK, 0], [OK, 1]]);
  },
);

portTest("a read that is cancelled loses what it took", (setup) => {
  const { port, open } = setup;
  const handle = open({}, true);
  const [first, second] = [startRead(handle, 4), startRead(handle, 2)];
  port.receive(1, 2);
  kernel32.CancelIoEx(handle, first.overlapped.address);
  assertEquals(first.result, [ABORTED, 0]);
  port.receive(3, 4);
  assertEquals(second.result, [OK, 2]);
  assertEquals(second.bytes(2), [3, 4]);
});

portTest("PurgeComm ends transfers and empties buffers", (setup) => {
  const { port, open } = setup;
  const handle = open({}, true);
  for (const flags of [0, 16]) {
    assertEquals(codeOf(kernel32.PurgeComm(handle, flags)), INVALID);
  }
  const reading = startRead(handle, 4);
  port.room = 1;
  const writing = startWrite(handle, [1, 2, 3]);
  assertEquals(clearErrors(handle).stat.cbOutQue, 2);
  kernel32.PurgeComm(handle, PURGE_TXABORT);
  // What was sent does not count: WDS serial/utils.c, SerialTryToCompleteCurrent
  assertEquals(writing.result, [ABORTED, 0]);
  assertEquals(reading.isPending, true);
  kernel32.PurgeComm(handle, PURGE_RXABORT);
  assertEquals(reading.result, [ABORTED, 0]);
  port.receive(1, 2, 3);
  assertEquals(clearErrors(handle).stat.cbInQue, 3);
  kernel32.PurgeComm(handle, PURGE_RXCLEAR);
  assertEquals(clearErrors(handle).stat.cbInQue, 0);
  port.room = Infinity;
  assertEquals(port.sent, [1]);
});

portTest(
  "PurgeComm empties the output buffer of a driver that has one",
  (setup) => {
    const { port, open } = setup;
    const handle = open({}, true);
    port.room = 1;
    assertEquals(startWrite(handle, [1, 2, 3]).result, [OK, 3]);
    assertEquals(clearErrors(handle).stat.cbOutQue, 2);
    kernel32.PurgeComm(handle, PURGE_TXCLEAR);
    port.room = Infinity;
    assertEquals(port.sent, [1]);
  },
  "FTDI",
);

portTest(
  "FlushFileBuffers waits until all is sent",
  ({ kernel, port, open }) => {
    const handle = open();
    port.room = 1;
    assertEquals(write(handle, Uint8Array.of(1, 2, 3)), [OK, 3]);
    let waits = 0;
    kernel.whenBlocked = () => {
      waits++;
      port.room = Infinity;
      return true;
    };
    assertEquals(codeOf(kernel32.FlushFileBuffers(handle)), OK);
    assertEquals([waits, port.sent], [1, [1, 2, 3]]);
  },
  "usbser.sys",
);

portTest("WaitCommEvent ends with the events of the mask", (setup) => {
  const { port, open } = setup;
  const handle = open({}, true);
  const wait = () => {
    const wait = startWait(handle);
    assertEquals([wait.code, wait.isPending], [PENDING, true]);
    return wait;
  };
  assertEquals(startWait(handle).code, INVALID);
  kernel32.SetCommMask(handle, EV_RXCHAR | EV_RXFLAG | EV_CTS | EV_BREAK);
  const mask = new Uint32Array(1);
  kernel32.GetCommMask(handle, mask);
  assertEquals(mask[0], EV_RXCHAR | EV_RXFLAG | EV_CTS | EV_BREAK);
  const first = wait();
  assertEquals(startWait(handle).code, INVALID);
  port.receive(0);
  assertEquals(events(first), EV_RXCHAR | EV_RXFLAG);
  port.setLines({ cts: false, dsr: false });
  port.lineError("break");
  assertEquals(events(startWait(handle)), EV_CTS | EV_BREAK);
  const second = wait();
  kernel32.SetCommMask(handle, EV_ERR);
  assertEquals(events(second), 0);
  port.receive(1);
  port.lineError("overrun");
  // What the new mask has not is forgotten.
  kernel32.SetCommMask(handle, EV_RXCHAR);
  kernel32.SetCommMask(handle, EV_ERR);
  const third = wait();
  port.receive(1);
  port.lineError("framing", 2);
  assertEquals(events(third), EV_ERR);
  kernel32.SetCommMask(handle, EV_TXEMPTY);
  const fourth = wait();
  port.room = 0;
  const writing = startWrite(handle, [1]);
  assertEquals(fourth.isPending, true);
  port.room = 1;
  assertEquals([events(fourth), writing.result], [EV_TXEMPTY, [OK, 1]]);
  const fifth = wait();
  kernel32.CancelIoEx(handle, fifth.overlapped.address);
  assertEquals(fifth.result[0], ABORTED);
  assertEquals(codeOf(kernel32.SetCommMask(handle, 0x2000)), INVALID);
});

portTest("a read ends although a wait is pending", ({ port, open }) => {
  const handle = open(firstByte(10), true);
  kernel32.SetCommMask(handle, EV_RXCHAR);
  const [wait, reading] = [startWait(handle), startRead(handle, 4)];
  port.receive(5);
  assertEquals([events(wait), reading.result], [EV_RXCHAR, [OK, 1]]);
});

portTest("line errors stand until ClearCommError", ({ port, open }) => {
  const handle = open(IMMEDIATE);
  port.lineError("framing", 1);
  port.lineError("overrun");
  port.lineError("break");
  // Parity is not checked without fParity.
  port.lineError("parity", 2);
  assertEquals(clearErrors(handle).errors, CE_FRAME | CE_OVERRUN | CE_BREAK);
  assertEquals(clearErrors(handle).errors, 0);
  const Flags = { fParity: 1, fErrorChar: 1 };
  setState(handle, { Flags, ErrorChar: 63 });
  port.lineError("parity", 3);
  assertEquals(clearErrors(handle).errors, CE_RXPARITY);
  const bytes = buffer(5);
  assertEquals(read(handle, bytes), [OK, 3]);
  assertEquals([...bytes], [1, 2, 63, 0, 0]);
});

portTest(
  "with fAbortOnError an error stops all but ClearCommError",
  (setup) => {
    const { port, open } = setup;
    const handle = open({}, true);
    setState(handle, { Flags: { fAbortOnError: 1 } });
    const reading = startRead(handle, 4);
    port.receive(1, 2);
    port.room = 0;
    const writing = startWrite(handle, [1]);
    kernel32.SetCommMask(handle, EV_ERR);
    const wait = startWait(handle);
    port.lineError("overrun");
    assertEquals([reading.result, writing.result], [[ABORTED, 0], [
      ABORTED,
      0,
    ]]);
    assertEquals(events(wait), EV_ERR);
    assertEquals(startRead(handle, 4).code, ABORTED);
    assertEquals(startWrite(handle, [1]).code, ABORTED);
    assertEquals(setState(handle, {}), ABORTED);
    assertEquals(codeOf(kernel32.PurgeComm(handle, PURGE_RXCLEAR)), ABORTED);
    assertEquals(clearErrors(handle), {
      code: OK,
      errors: CE_OVERRUN,
      stat: clearErrors(handle).stat,
    });
    assertEquals(startRead(handle, 1).code, PENDING);
    port.receive(3);
  },
);

portTest("bytes that find the input buffer full are lost", (setup) => {
  const { port, open } = setup;
  const handle = open(IMMEDIATE, true);
  kernel32.SetupComm(handle, 5000, 100);
  assertEquals(port.queueSizes, { in: 5000, out: 100 });
  kernel32.SetCommMask(handle, EV_RX80FULL);
  const wait = startWait(handle);
  port.receive(..."x".repeat(3999));
  assertEquals(wait.isPending, true);
  port.receive(..."x".repeat(1001));
  assertEquals(events(wait), EV_RX80FULL);
  assertEquals(clearErrors(handle).errors, 0);
  port.receive("y");
  const { errors, stat } = clearErrors(handle);
  assertEquals([errors, stat.cbInQue], [CE_RXOVER, 5000]);
  // A smaller buffer there is not.
  kernel32.SetupComm(handle, 16, 16);
  assertEquals(port.inputSize, 5000);
});

portTest("lines are set by the DCB, and by EscapeCommFunction", (setup) => {
  const { system, port, open } = setup;
  const handle = open();
  assertEquals(port.lineChanges.splice(0), ["+dtr", "+rts"]);
  setState(handle, { Flags: { fDtrControl: 0, fRtsControl: 0 } });
  const escape = (code: number) =>
    codeOf(kernel32.EscapeCommFunction(handle, code));
  for (const code of [SETDTR, SETRTS, CLRRTS, CLRDTR, SETBREAK]) escape(code);
  kernel32.ClearCommBreak(handle);
  assertEquals(port.lineChanges.splice(0), [
    ...["-dtr", "-rts", "+dtr", "+rts", "-rts", "-dtr", "+break", "-break"],
  ]);
  assertEquals(escape(10), INVALID);
  const Flags = {
    fDtrControl: DTR_CONTROL_HANDSHAKE,
    fRtsControl: RTS_CONTROL_HANDSHAKE,
  };
  setState(handle, { Flags });
  assertEquals(
    [SETDTR, CLRDTR, SETRTS, CLRRTS].map(escape),
    [INVALID, INVALID, INVALID, INVALID],
  );
  assertEquals(port.lines, { dtr: true, rts: true, break: false });
  system.close(handle);
  assertEquals(port.lines, { dtr: false, rts: false, break: false });
});

portTest("GetCommModemStatus has the input lines", ({ port, open }) => {
  const handle = open();
  assertEquals(modemStatus(handle), MS_CTS_ON | MS_DSR_ON | MS_RLSD_ON);
  port.setLines({ cts: false, carrier: false, ring: true });
  assertEquals(modemStatus(handle), MS_DSR_ON | MS_RING_ON);
});

portTest("writes wait for CTS, DSR, XON and the end of a break", (setup) => {
  const { port, open } = setup;
  const handle = open({}, true);
  const Flags = { fOutxCtsFlow: 1, fOutxDsrFlow: 1, fOutX: 1 };
  setState(handle, { Flags });
  const held = (hold: () => void, release: () => void, flag: string) => {
    hold();
    const writing = startWrite(handle, [1, 2]);
    assertEquals(writing.isPending, true, flag);
    const flags = clearErrors(handle).stat.Flags as unknown as Record<
      string,
      number
    >;
    if (flag !== "break") assertEquals(flags[flag], 1, flag);
    release();
    assertEquals(writing.result, [OK, 2], flag);
  };
  held(
    () => port.setLines({ cts: false }),
    () => port.setLines({ cts: true }),
    "fCtsHold",
  );
  held(
    () => port.setLines({ dsr: false }),
    () => port.setLines({ dsr: true }),
    "fDsrHold",
  );
  held(() => port.receive(0x13), () => port.receive(0x11), "fXoffHold");
  held(
    () => kernel32.EscapeCommFunction(handle, SETXOFF),
    () => kernel32.EscapeCommFunction(handle, SETXON),
    "fXoffHold",
  );
  held(
    () => kernel32.SetCommBreak(handle),
    () => kernel32.ClearCommBreak(handle),
    "break",
  );
  assertEquals(port.received, []);
});

portTest("a nearly full input buffer stops the other end", (setup) => {
  const { port, open } = setup;
  const handle = open(IMMEDIATE);
  const Flags = {
    fDtrControl: DTR_CONTROL_HANDSHAKE,
    fRtsControl: RTS_CONTROL_HANDSHAKE,
    fInX: 1,
  };
  setState(handle, { Flags, XonLim: 10, XoffLim: 96 });
  port.receive(..."x".repeat(3999));
  assertEquals([port.lines.dtr, port.lines.rts, port.sent], [true, true, []]);
  port.receive("x");
  assertEquals([port.lines.dtr, port.lines.rts], [false, false]);
  assertEquals(port.sent, [0x13]);
  assertEquals(clearErrors(handle).stat.Flags.fXoffSent, 1);
  // Who has sent XOFF sends nothing else: some take any byte for XON.
  const state = { XonLim: 10, XoffLim: 96 };
  setTimeouts(handle, { WriteTotalTimeoutConstant: 10 });
  assertEquals(write(handle, Uint8Array.of(1)), [OK, 0]);
  setState(handle, { Flags: { ...Flags, fTXContinueOnXoff: 1 }, ...state });
  assertEquals(write(handle, Uint8Array.of(1)), [OK, 1]);
  assertEquals(port.sent.splice(1), [1]);
  setTimeouts(handle, IMMEDIATE);
  setState(handle, { Flags, ...state });
  read(handle, buffer(3989));
  assertEquals(port.lines.rts, false);
  read(handle, buffer(1));
  assertEquals([port.lines.dtr, port.lines.rts], [true, true]);
  assertEquals(port.sent, [0x13, 0x11]);
});

portTest("RTS is on while there is something to send", ({ port, open }) => {
  const handle = open();
  setState(handle, { Flags: { fRtsControl: RTS_CONTROL_TOGGLE } });
  port.lineChanges.length = 0;
  write(handle, Uint8Array.of(1, 2));
  assertEquals(port.lineChanges, ["+rts", "-rts"]);
});

portTest("bytes have as many bits as the port", ({ port, open }) => {
  const handle = open(IMMEDIATE);
  setState(handle, { ByteSize: 7, Flags: { fNull: 1, fDsrSensitivity: 1 } });
  port.receive(0xFF, 0x80);
  port.setLines({ dsr: false });
  port.receive(1);
  const bytes = buffer(3);
  assertEquals(read(handle, bytes), [OK, 1]);
  assertEquals(bytes[0], 0x7F);
  write(handle, Uint8Array.of(0x81));
  assertEquals(port.takeSent(), "\x01");
});

for (
  const [status, code, pendingStatus, pendingCode] of [
    [undefined, 22, undefined, ABORTED],
    [STATUS_ACCESS_DENIED, 5, STATUS_ACCESS_DENIED, 5],
    [STATUS_UNSUCCESSFUL, 31, undefined, ABORTED],
  ] as const
) {
  portTest(`a port that was pulled out fails with ${code}`, (setup) => {
    const { system, port, open } = setup;
    const handle = open({}, true);
    kernel32.SetCommMask(handle, EV_RXCHAR);
    port.room = 0;
    const pending = [
      startRead(handle, 4),
      startRead(handle, 4),
      startWrite(handle, [1]),
      startWait(handle),
    ];
    port.unplug(status, pendingStatus);
    for (const { result } of pending) assertEquals(result, [pendingCode, 0]);
    assertEquals(startRead(handle, 4).code, code);
    assertEquals(startWrite(handle, [1]).code, code);
    assertEquals(startWait(handle).code, code);
    assertEquals(clearErrors(handle).code, code);
    assertEquals(codeOf(kernel32.FlushFileBuffers(handle)), code);
    assertEquals(system.openCode("\\\\.\\COM7", PORT), 2);
    system.close(handle);
  });
}

portTest("a new port under the name is another one", (setup) => {
  const { kernel, system, port, open } = setup;
  const old = open();
  port.unplug();
  const next = plugIn(kernel, "COM7");
  const handle = system.open("COM7", PORT);
  next.receive("new");
  assertEquals([next.received.length, port.received.length], [3, 0]);
  assertEquals(clearErrors(old).code, 22);
  assertEquals(clearErrors(handle).code, 0);
});

portTest("what came before the port was opened is lost", (setup) => {
  const { system, port, open } = setup;
  const before = open();
  port.receive("lost");
  port.lineError("overrun");
  system.close(before);
  port.receive("lost");
  port.lineError("framing");
  const handle = open(IMMEDIATE);
  assertEquals(clearErrors(handle).errors, 0);
  assertEquals(read(handle, buffer(4)), [OK, 0]);
});

strictTest("QueryDosDeviceW lists ports, if there is room", (kernel) => {
  plugIn(kernel, "COM7");
  plugIn(kernel, "COM107");
  const query = (name: string | null, room: number): [number, string[]] => {
    const units = new Uint16Array(room);
    const length = kernel32.QueryDosDeviceW(name, units, room);
    const text = String.fromCharCode(...units.subarray(0, length));
    return [codeOf(length !== 0), text.split("\0").slice(0, -2)];
  };
  const [code, names] = query(null, 1000);
  assertEquals(code, OK);
  assertEquals(
    names.filter((name) => name.startsWith("COM")),
    ["COM7", "COM107"],
  );
  assertEquals(query(null, 8)[0], 122);
  assertEquals(query("com7", 100), [OK, ["\\Device\\COM7"]]);
  assertEquals(query("COM8", 100)[0], 2);
});

portTest("GetCommProperties knows the input buffer", ({ open }) => {
  const handle = open();
  const properties = COMMPROP.create();
  kernel32.GetCommProperties(handle, properties);
  assertEquals(COMMPROP.read(properties).dwCurrentRxQueue, 4096);
});

strictTest("time passes by itself if the test wants it to", async (kernel) => {
  kernel.schedule.choose = () => "already done";
  plugIn(kernel, "COM7");
  using system = new RuleSystem();
  const opening = { flags: FILE_FLAG_OVERLAPPED };
  const timeouts = { ReadTotalTimeoutConstant: 1e6 };
  const reading = startRead(openPort(system, "COM7", timeouts, opening), 1);
  await turns();
  assertEquals([kernel.clock.now, reading.isPending], [0, true]);
  kernel.clock.jumps = true;
  await turns();
  assertEquals([kernel.clock.now, reading.result], [1e6, [OK, 0]]);
});

strictTest(
  "whatever ends when, bytes come and go in their order",
  async (kernel, seed) => {
    const { below } = random(seed);
    const port = plugIn(
      kernel,
      "COM7",
      (["serial.sys", "FTDI"] as const)[seed % 2],
    );
    using system = new RuleSystem();
    const handle = openPort(
      system,
      "COM7",
      { ...firstByte(20), WriteTotalTimeoutConstant: 50 },
      { flags: FILE_FLAG_OVERLAPPED },
    );
    const reads: Pending[] = [];
    const writes: [writing: Pending, data: number[]][] = [];
    let [received, written] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const count = 1 + below(4);
      switch (below(6)) {
        case 0:
          port.receive(
            ...Array.from({ length: count }, () => received++ % 256),
          );
          break;
        case 1:
          reads.push(startRead(handle, count));
          break;
        case 2: {
          const data = Array.from({ length: count }, () => written++ % 256);
          writes.push([startWrite(handle, data), data]);
          break;
        }
        case 3:
          kernel.clock.advance(below(30));
          break;
        case 4:
          port.room = below(3) === 0 ? 0 : Infinity;
          break;
        default:
          await turns();
      }
    }
    port.room = Infinity;
    await turns();
    while (port.received.length > 0) {
      reads.push(startRead(handle, 100));
      await turns();
    }
    kernel.clock.advance(20 * reads.length);
    kernel.clock.advance(50 * writes.length);
    await turns();
    const came = reads.flatMap((reading) => {
      const [code, count] = reading.result;
      assertEquals(code, OK);
      return reading.bytes(count);
    });
    assertEquals(came, Array.from({ length: received }, (_, i) => i % 256));
    const left = writes.flatMap(([writing, data]) => {
      const [code, count] = writing.result;
      assertEquals(code, OK);
      return data.slice(0, count);
    });
    assertEquals(port.sent, left);
  },
  [1, 2, 3, 4],
);
