// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { FrameTable } from "../../ffi/lasterror.ts";
import { handleWord, type TransferFrame } from "../../ffi/transfer_frame.ts";
import { FakeBackend } from "../support/fake_backend.ts";

const WORD = 0x84;

/** What a WriteFile gets. */
interface Write {
  readonly file: bigint;
  readonly buffer: bigint;
  readonly length: bigint;
  /** The words of its OVERLAPPED. */
  readonly overlapped: readonly bigint[] | undefined;
}

/** What a WriteFile answers: a count and a result, or a code. */
interface Answer {
  readonly count: number;
  readonly result?: bigint;
  readonly error?: number;
}

/** The ways to have transfers: by routines, and where there are none, or none to be bound. */
const TABLES = [
  (backend: FakeBackend) => new FrameTable(backend),
  (backend: FakeBackend) => new FrameTable(backend, false),
  (backend: FakeBackend) => {
    backend.transferCaller = () => {
      throw new Error("Requires ffi access");
    };
    return new FrameTable(backend);
  },
];

/** Runs a body with a WriteFile in each of these ways. */
function withWrites(
  body: (parts: {
    table: FrameTable;
    backend: FakeBackend;
    here: TransferFrame;
    at: TransferFrame;
    writes: Write[];
    answerWith: (answer: Answer) => void;
  }) => void,
): void {
  for (const makeTable of TABLES) {
    const writes: Write[] = [];
    let answer: Answer | undefined;
    const backend = new FakeBackend({
      WriteFile: (...words) => {
        const [file, buffer, length, count, at] = words as [
          ...[bigint, bigint, bigint, bigint, bigint],
        ];
        const view = at === 0n ? undefined : backend.at(at);
        const overlapped = view &&
          [0, 8, 16, 24].map((offset) => view.getBigUint64(offset, true));
        writes.push({ file, buffer, length, overlapped });
        // As Windows may: nothing of it is left as it was.
        for (let i = 0; view && i < 24; i += 8) {
          view.setBigUint64(i, 0xEEn, true);
        }
        const { count: done, result = 1n, error } = answer ??
          { count: Number(length) };
        backend.at(count).setUint32(0, done, true);
        if (error === undefined) return result;
        backend.lastError = error;
        return 0n;
      },
    });
    const table = makeTable(backend);
    body({
      table,
      backend,
      writes,
      here: table.transfer("WriteFile", false),
      at: table.transfer("WriteFile", true),
      answerWith: (given) => answer = given,
    });
  }
}

test("handleWord() is the part of a handle that counts, with its sign", () => {
  assertEquals(handleWord(0x84n), 0x84);
  assertEquals(handleWord(2n ** 64n - 1n), -1); // INVALID_HANDLE_VALUE
  assertEquals(handleWord(0xFFFF_FFF0n), -16);
});

test("FrameTable makes each transfer once", () => {
  withWrites(({ table, here, at }) => {
    assertEquals(table.transfer("WriteFile", false) === here, true);
    assertEquals(table.transfer("WriteFile", true) === at, true);
    assertEquals(here === at, false);
  });
});

test("a transfer passes handle, memory and length, and an OVERLAPPED only at an offset", () => {
  withWrites(({ backend, here, at, writes }) => {
    const bytes = new Uint8Array(8).subarray(1);
    assertEquals(here.call(WORD, bytes, 5), true);
    at.startAt(16, 0);
    assertEquals(at.call(-1, bytes, 7), true);
    const buffer = backend.addressOf(bytes);
    assertEquals(writes, [
      { file: 0x84n, buffer, length: 5n, overlapped: undefined },
      {
        ...{ file: 2n ** 64n - 1n, buffer, length: 7n },
        overlapped: [0n, 0n, 16n, 0n],
      },
    ]);
  });
});

test("a transfer says whether all was transferred, and if not, what", () => {
  withWrites(({ here, at, answerWith }) => {
    const bytes = new Uint8Array(8);
    for (const transfer of [here, at]) {
      for (
        const [answer, isWhole] of [
          [{ count: 8 }, true],
          [{ count: 8, result: 2n ** 32n - 1n }, true],
          [{ count: 3 }, false],
          [{ count: 0 }, false],
          [{ count: 9 }, false],
          [{ count: 8, result: 0n }, false],
        ] as const
      ) {
        answerWith(answer);
        assertEquals(transfer.call(WORD, bytes, 8), isWhole);
        assertEquals(transfer.count, answer.count);
        assertEquals(
          transfer.succeeded,
          !("result" in answer) || answer.result !== 0n,
        );
      }
    }
  });
});

test("a transfer leaves the last error where other calls do", () => {
  withWrites(({ table, backend, here, answerWith }) => {
    const bytes = new Uint8Array(8);
    answerWith({ count: 0, error: 6 });
    assertEquals(here.call(WORD, bytes, 8), false);
    backend.lastError = 1234; // The runtime's own calls.
    assertEquals([here.succeeded, table.lastError], [false, 6]);
    answerWith({ count: 8 });
    assertEquals(here.call(WORD, bytes, 8), true);
    assertEquals(table.lastError, 6);
  });
});

test("startAt() says all 64 bits, and the rest of the OVERLAPPED begins with zeros, whatever the system left there", () => {
  withWrites(({ at, writes }) => {
    const bytes = new Uint8Array(8);
    for (const [low, high] of [[0xFFFF_FFF0, 0x7FFF_FFFF], [16, 0]] as const) {
      at.startAt(low, high);
      at.call(WORD, bytes, 8);
    }
    assertEquals(writes.map(({ overlapped }) => overlapped), [
      [0n, 0n, 0x7FFF_FFFF_FFFF_FFF0n, 0n],
      [0n, 0n, 16n, 0n],
    ]);
  });
});

test("a transfer at an offset and one at the file pointer keep out of each other's way", () => {
  withWrites(({ here, at, answerWith }) => {
    const bytes = new Uint8Array(8);
    answerWith({ count: 3 });
    here.call(WORD, bytes, 8);
    answerWith({ count: 5, result: 0n });
    at.call(WORD, bytes, 8);
    assertEquals([here.count, here.succeeded], [3, true]);
    assertEquals([at.count, at.succeeded], [5, false]);
  });
});
