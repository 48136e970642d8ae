// portable

import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  kernel32,
  openSync,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";
import type { SyncFile } from "../../../src/sync/sync_file.ts";
import { pipe } from "../../support/pipes.ts";
import { assertRefused } from "../../support/untouched.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

function take(file: SyncFile, length: number): number[] | null {
  const buffer = new Uint8Array(length);
  const count = file.read(buffer);
  return count === null ? null : [...buffer.subarray(0, count)];
}

test("read() of a pipe gives what there is", () => {
  using ends = pipe();
  ends.client.write(bytes(1, 2, 3));
  ends.client.write(bytes(4));
  assertEquals(take(ends.server, 2), [1, 2]);
  assertEquals(take(ends.server, 10), [3, 4]);
  ends.server.write(bytes(5));
  assertEquals(take(ends.client, 10), [5]);
});

test("read() of a pipe gives null once the writer has gone, and the rest before", () => {
  using ends = pipe();
  ends.client.write(bytes(1, 2, 3));
  ends.client.close();
  assertEquals(take(ends.server, 2), [1, 2]);
  assertEquals(take(ends.server, 2), [3]);
  assertEquals(take(ends.server, 2), null);
  assertEquals(take(ends.server, 2), null);
});

test("write() to a pipe whose reader has gone is EPIPE", () => {
  using ends = pipe();
  ends.client.close();
  const error = assertThrows(() => ends.server.write(bytes(1)), Win32Error);
  assert(
    ["ERROR_BROKEN_PIPE", "ERROR_NO_DATA"].includes(error.symbol),
    error.symbol,
  );
  assertEquals(error.code, "EPIPE");
  assertEquals(error.syscall, "WriteFile");
  assertEquals(error.path, ends.server.path);
  assertEquals(error.bytesTransferred, 0);
});

test("read() of a message gives it alone, and of a longer one the rest next", () => {
  using ends = pipe({ message: true });
  ends.client.write(bytes(1, 2, 3, 4, 5));
  ends.client.write(bytes(6));
  assertEquals(take(ends.server, 2), [1, 2]);
  assertEquals(take(ends.server, 2), [3, 4]);
  assertEquals(take(ends.server, 2), [5]);
  assertEquals(take(ends.server, 2), [6]);
});

test("read() of an empty message gives 0, which is not the end", () => {
  using ends = pipe({ message: true });
  const { client, server } = ends;
  const count = new Uint32Array(1);
  assert(kernel32.WriteFile(client.handle, bytes(0), 0, count, null));
  client.write(bytes(1));
  client.close();
  assertEquals(server.read(bytes(0, 0)), 0);
  assertEquals(take(server, 2), [1]);
  assertEquals(server.read(bytes(0, 0)), null);
});

test("write() of nothing sends a message on a message pipe alone", () => {
  {
    using ends = pipe({ message: true });
    assertEquals(ends.client.write(new Uint8Array(0)), 0);
    ends.client.write(bytes(7));
    assertEquals(take(ends.server, 2), []);
    assertEquals(take(ends.server, 2), [7]);
  }
  using ends = pipe();
  assertEquals(ends.client.write(new Uint8Array(0)), 0);
  ends.client.write(bytes(7));
  assertEquals(take(ends.server, 2), [7]);
});

test("readExactly() goes on until the pipe has given enough", () => {
  using ends = pipe({ message: true });
  for (let i = 1; i <= 4; i++) ends.client.write(bytes(i, i));
  const buffer = new Uint8Array(5);
  ends.server.readExactly(buffer);
  assertEquals([...buffer], [1, 1, 2, 2, 3]);
  assertEquals(take(ends.server, 5), [3]);
});

test("readExactly() says how much a pipe gave that broke", () => {
  using ends = pipe();
  ends.client.write(bytes(1, 2, 3));
  ends.client.close();
  const buffer = new Uint8Array(5);
  const error = assertThrows(
    () => ends.server.readExactly(buffer),
    UnexpectedEndOfFileError,
    "after 3 of the 5 bytes",
  );
  assertEquals(error.bytesTransferred, 3);
  assertEquals([...buffer], [1, 2, 3, 0, 0]);
});

test("readExactly() ends at once where nothing can ever be read", () => {
  using file = openSync("NUL");
  assertThrows(
    () => file.readExactly(new Uint8Array(5)),
    UnexpectedEndOfFileError,
    "'NUL' ended after 0 of the 5 bytes",
  );
});

test("readScatter() of a pipe stops where the pipe has no more", () => {
  using ends = pipe();
  ends.client.write(bytes(1, 2, 3));
  const buffers = [bytes(0, 0), bytes(0, 0), bytes(0, 0)];
  assertEquals(ends.server.readScatter(buffers), 3);
  assertEquals(buffers.flatMap((buffer) => [...buffer]), [1, 2, 3, 0, 0, 0]);
});

test("readScatter() of a pipe does not wait for more where a buffer ends with what has come", () => {
  using ends = pipe();
  ends.client.write(bytes(1, 2, 3, 4));
  const buffers = [bytes(0, 0), bytes(0, 0), bytes(0, 0)];
  assertEquals(ends.server.readScatter(buffers), 4);
  assertEquals(buffers.flatMap((buffer) => [...buffer]), [1, 2, 3, 4, 0, 0]);
});

test("readScatter() of a pipe of messages gives one message, and the rest of it next", () => {
  using ends = pipe({ message: true });
  for (const message of [[1, 2], [3, 4, 5, 6, 7], []]) {
    ends.client.write(bytes(...message));
  }
  const scattered = () => {
    const buffers = [bytes(0, 0), bytes(0, 0)];
    const count = ends.server.readScatter(buffers);
    return [count, ...buffers.flatMap((buffer) => [...buffer])];
  };
  assertEquals(scattered(), [2, 1, 2, 0, 0]);
  assertEquals(scattered(), [4, 3, 4, 5, 6]);
  assertEquals(scattered(), [1, 7, 0, 0, 0]);
  assertEquals(scattered(), [0, 0, 0, 0, 0]);
});

test("writeGather() to a pipe sends all buffers as one message", () => {
  using ends = pipe({ message: true });
  assertEquals(ends.client.writeGather([bytes(1), bytes(2, 3)]), 3);
  assertEquals(take(ends.server, 9), [1, 2, 3]);
});

test("read() of a pipe that does not block says that there is nothing yet", () => {
  using ends = pipe({ nonblocking: true });
  const error = assertThrows(() => ends.server.read(bytes(0)), Win32Error);
  assertEquals(error.symbol, "ERROR_NO_DATA");
  ends.client.write(bytes(1));
  assertEquals(take(ends.server, 2), [1]);
});

test("readExactly() of a pipe that does not block says how much there was", () => {
  using ends = pipe({ nonblocking: true });
  ends.client.write(bytes(1, 2));
  const buffer = new Uint8Array(5);
  const error = assertThrows(() => ends.server.readExactly(buffer), Win32Error);
  assertEquals(error.symbol, "ERROR_NO_DATA");
  assertEquals(error.bytesTransferred, 2);
  assertEquals([...buffer.subarray(0, 2)], [1, 2]);
  const scatter = [bytes(0), bytes(0), bytes(0)];
  ends.client.write(bytes(3, 4));
  assertEquals(ends.server.readScatter(scatter), 2);
  assertEquals(scatter.flatMap((buffer) => [...buffer]), [3, 4, 0]);
  const second = assertThrows(
    () => ends.server.readScatter(scatter),
    Win32Error,
  );
  assertEquals(second.symbol, "ERROR_NO_DATA");
});

test("writeAll() says how much went into a pipe that does not block and is full", () => {
  using ends = pipe({ nonblocking: true, size: 4096 });
  const data = Uint8Array.from({ length: 10_000 }, (_, i) => i);
  const error = assertThrows(() => ends.client.writeAll(data), Win32Error);
  assertEquals(error.symbol, "ERROR_NO_DATA");
  assert(error.message.includes("does not block and has no room left"));
  const sent = error.bytesTransferred!;
  assert(sent < data.length, `${sent}`);
  const received: number[] = [];
  while (received.length < sent) received.push(...take(ends.server, 65_536)!);
  assertEquals(received, [...data.subarray(0, sent)]);
});

test("SyncFile refuses offsets where there are none, before any call", () => {
  using ends = pipe();
  using nul = openSync("NUL", { read: true, write: true });
  for (const file of [ends.client, ends.server, nul]) {
    const part =
      "is a pipe or a character device and has no offsets: read and write it without at";
    assertRefused(() => file.read(bytes(0), { at: 0 }), TypeError, part);
    assertRefused(() => file.write(bytes(0), { at: 0n }), TypeError, part);
    assertRefused(() => file.readExactly(bytes(0), { at: 0 }), TypeError, part);
    assertRefused(() => file.writeAll(bytes(0), { at: 0 }), TypeError, part);
    assertRefused(
      () => file.readScatter([bytes(0)], { at: 0 }),
      TypeError,
      part,
    );
    assertRefused(
      () => file.writeGather([bytes(0)], { at: 0 }),
      TypeError,
      part,
    );
    assertRefused(() => file.seek(0), TypeError, part);
  }
});

test("write() with append goes to a pipe as without", () => {
  using ends = pipe({ open: { append: true, write: true } });
  ends.client.write(bytes(1, 2));
  ends.client.writeAll(bytes(3));
  assertEquals(take(ends.server, 9), [1, 2, 3]);
});

test("read() and write() of a pipe know no sectors", () => {
  using ends = pipe({ open: { read: true, write: true, unbuffered: true } });
  assertEquals(ends.client.write(bytes(1, 2, 3)), 3);
  ends.server.write(bytes(4));
  assertEquals(take(ends.client, 9), [4]);
  assertEquals(take(ends.server, 9), [1, 2, 3]);
});
