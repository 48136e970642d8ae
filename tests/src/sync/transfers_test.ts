import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Handle, Win32Error } from "../../../mod.ts";
import { DeviceKind } from "../../../src/file/device_kind.ts";
import { END_OF_FILE, type Offset } from "../../../src/file/transfer_limits.ts";
import { handleWord, readInto, writeFrom } from "../../../src/sync/transfer.ts";
import {
  type FakeTransferCall,
  type FakeTransferResult,
  withFakeTransfers,
} from "../../support/fake_transfer.ts";

/** Memory, system resources, the user's buffer, quota. */
const SHORTAGES = [8, 1450, 1784, 1816];
const ERROR_LOCK_VIOLATION = 33;
const ERROR_HANDLE_EOF = 38;
const ERROR_BROKEN_PIPE = 109;
const ERROR_DISK_FULL = 112;
const ERROR_MORE_DATA = 234;

const disk = {
  handle: -1,
  path: "a file",
  isDisk: true,
  device: new DeviceKind("disk", "a file"),
};
const stream = {
  ...disk,
  path: "a pipe",
  isDisk: false,
  device: new DeviceKind("pipe", "a pipe"),
};

type Answer = (call: FakeTransferCall, index: number) => FakeTransferResult;

const all: Answer = ({ length }) => ({ count: length });

/** Answers with a list of results. */
function answers(...results: FakeTransferResult[]): Answer {
  return (_, index) => results[index]!;
}

const lengths = (calls: FakeTransferCall[]) => calls.map((call) => call.length);
const places = (calls: FakeTransferCall[]) => calls.map((call) => call.place);

/** Made once: some runtimes fill so much memory with zeros by hand. */
let memory: Uint8Array | undefined;

function bytesOf(length: number): Uint8Array {
  memory ??= new Uint8Array(2 ** 31 + 7);
  return memory.subarray(0, length);
}

function write(
  length: number,
  place: Offset | undefined,
  answer: Answer,
  target: typeof disk = disk,
): { count: number; calls: FakeTransferCall[] } {
  let count = 0;
  const bytes = bytesOf(length);
  const calls = withFakeTransfers(answer, () => {
    count = writeFrom(target, bytes, length, place);
  });
  return { count, calls };
}

function read(
  length: number,
  place: Offset | undefined,
  answer: Answer,
  target: typeof disk = disk,
): { count: number | null; calls: FakeTransferCall[] } {
  let count: number | null = 0;
  const bytes = bytesOf(length);
  const calls = withFakeTransfers(answer, () => {
    count = readInto(target, bytes, length, place);
  });
  return { count, calls };
}

test("handleWord() is the low half of a handle, with its sign", () => {
  assertEquals(handleWord(0x84n as Handle), 0x84);
  assertEquals(handleWord(2n ** 64n - 1n as Handle), -1);
  assertEquals(handleWord(0xFFFF_FFF0n as Handle), -16);
});

test("a transfer is one call", () => {
  for (const transfer of [read, write]) {
    const { count, calls } = transfer(1000, 5, all);
    assertEquals(count, 1000);
    assertEquals(lengths(calls), [1000]);
  }
});

test("a transfer starts at the file pointer or at all 64 bits of an offset", () => {
  for (
    const [place, expected] of [
      [undefined, undefined],
      [0, 0n],
      [2 ** 32 - 1, 2n ** 32n - 1n],
      [2 ** 32 + 5, 2n ** 32n + 5n],
      [2 ** 53 - 1, 2n ** 53n - 1n],
      [2n ** 32n - 1n, 2n ** 32n - 1n],
      [2n ** 63n - 1n, 2n ** 63n - 1n],
      [END_OF_FILE, -1n],
    ] as const
  ) {
    assertEquals(places(write(1, place, all).calls), [expected]);
    assertEquals(places(read(1, place, all).calls), [expected]);
  }
});

test("a transfer of more than 1 GiB is made in parts, one behind the other", () => {
  const part = 2 ** 30;
  for (const transfer of [read, write]) {
    const { count, calls } = transfer(2 * part + 7, 100, all);
    assertEquals(count, 2 * part + 7);
    assertEquals(lengths(calls), [part, part, 7]);
    assertEquals(places(calls), [100n, 100n + 2n ** 30n, 100n + 2n ** 31n]);
    assertEquals(calls.map(({ bytes }) => bytes.byteOffset), [
      0,
      part,
      2 * part,
    ]);
  }
});

test("parts of what goes to the file pointer or the end go there, too", () => {
  const length = 2 ** 30 + 1;
  assertEquals(places(write(length, undefined, all).calls), [
    undefined,
    undefined,
  ]);
  assertEquals(places(write(length, END_OF_FILE, all).calls), [-1n, -1n]);
  assertEquals(places(write(length, 2n ** 60n, all).calls), [
    2n ** 60n,
    2n ** 60n + 2n ** 30n,
  ]);
});

test("a transfer that was too large for the moment goes on in smaller parts", () => {
  for (const code of SHORTAGES) {
    for (const transfer of [read, write]) {
      const { count, calls } = transfer(
        1_000_000,
        8,
        ({ length }) =>
          length > 300_000 ? { count: 0, error: code } : { count: length },
      );
      assertEquals(count, 1_000_000);
      assertEquals(lengths(calls).slice(0, 3), [1_000_000, 524_288, 262_144]);
      assertEquals(places(calls).slice(1, 5), [8n, 8n, 262_152n, 524_296n]);
    }
  }
});

test("parts are whole sectors, whatever the length was", () => {
  const { calls } = write(
    3_000_001,
    0,
    ({ length }) =>
      length > 100_000 ? { count: 0, error: 1450 } : { count: length },
  );
  const parts = lengths(calls).slice(1, -1);
  assert(parts.every((length) => length % 65_536 === 0), `${parts}`);
});

test("a transfer gives up where not even 64 KiB can be had", () => {
  const asked: number[] = [];
  const error = assertThrows(
    () =>
      write(2 ** 18, 0, ({ length }) => {
        asked.push(length);
        return { count: 0, error: 1450 };
      }),
    Win32Error,
    "ERROR_NO_SYSTEM_RESOURCES",
  );
  assertEquals(asked, [2 ** 18, 2 ** 17, 2 ** 16]);
  assertEquals(error.bytesTransferred, 0);
});

test("a transfer that is small already is not tried again", () => {
  let count = 0;
  assertThrows(
    () =>
      write(1000, 0, () => {
        count++;
        return { count: 0, error: 8 };
      }),
    Win32Error,
  );
  assertEquals(count, 1);
});

test("a failure counts all that was transferred before", () => {
  const error = assertThrows(
    () =>
      write(
        2 ** 30 + 1000,
        0,
        answers(
          { count: 2 ** 30 },
          { count: 10, error: ERROR_DISK_FULL },
        ),
      ),
    Win32Error,
  );
  assertEquals(error.symbol, "ERROR_DISK_FULL");
  assertEquals(error.bytesTransferred, 2 ** 30 + 10);
  assertEquals(error.path, "a file");
  assertEquals(error.syscall, "WriteFile");
});

test("a range that others have locked fails the transfer", () => {
  for (const transfer of [read, write]) {
    const error = assertThrows(
      () => transfer(9, 0, answers({ count: 0, error: ERROR_LOCK_VIOLATION })),
      Win32Error,
    );
    assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
    assertEquals(error.code, "EBUSY");
    assertEquals(error.bytesTransferred, 0);
  }
});

test("readInto() ends at the end of a file and of a broken pipe", () => {
  for (const error of [ERROR_HANDLE_EOF, ERROR_BROKEN_PIPE]) {
    assertEquals(read(9, 0, answers({ count: 0, error })).count, null);
    const large = 2 ** 30 + 5;
    assertEquals(
      read(large, 0, answers({ count: 2 ** 30 }, { count: 0, error })).count,
      2 ** 30,
    );
  }
});

test("readInto() takes less than was asked for as all there is", () => {
  assertEquals(read(9, 0, answers({ count: 4 })).count, 4);
  assertEquals(read(9, undefined, answers({ count: 0 }), stream).count, 0);
  const { count, calls } = read(2 ** 30 + 5, 0, answers({ count: 77 }));
  assertEquals(count, 77);
  assertEquals(calls.length, 1);
});

test("readInto() takes nothing for the end of a disk file", () => {
  assertEquals(read(9, undefined, answers({ count: 0 })).count, null);
  const large = 2 ** 30 + 5;
  assertEquals(
    read(large, 0, answers({ count: 2 ** 30 }, { count: 0 })).count,
    2 ** 30,
  );
});

test("a count of more than was asked for is that of what was asked for", () => {
  for (const transfer of [read, write]) {
    assertEquals(transfer(9, undefined, answers({ count: 12 })).count, 9);
  }
});

test("readInto() gives the part of a message that fits", () => {
  const answer = answers({ count: 9, error: ERROR_MORE_DATA });
  assertEquals(read(9, undefined, answer).count, 9);
});

test("writeFrom() takes a broken pipe for the failure that it is", () => {
  const error = assertThrows(
    () => write(9, undefined, answers({ count: 0, error: ERROR_BROKEN_PIPE })),
    Win32Error,
  );
  assertEquals(error.code, "EPIPE");
});

test("writeFrom() to a pipe gives the count of what had room", () => {
  for (const count of [4, 0]) {
    const result = write(9, undefined, answers({ count }), stream);
    assertEquals(result.count, count);
    assertEquals(result.calls.length, 1);
  }
});

test("writeFrom() to a disk goes on after a short write, to what is wrong", () => {
  const error = assertThrows(
    () =>
      write(
        9,
        100,
        answers({ count: 4 }, { count: 0, error: ERROR_DISK_FULL }),
      ),
    Win32Error,
  );
  assertEquals(error.bytesTransferred, 4);
  const { count, calls } = write(9, 100, answers({ count: 4 }, { count: 5 }));
  assertEquals(count, 9);
  assertEquals(lengths(calls), [9, 5]);
  assertEquals(places(calls), [100n, 104n]);
});

test("writeFrom() to a disk that takes nothing and says nothing ends", () => {
  assertEquals(write(9, 0, answers({ count: 0 })).count, 0);
});
