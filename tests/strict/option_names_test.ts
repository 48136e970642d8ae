// portable
// An option with an unknown name does nothing: it is refused before any call.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectPipe,
  listenPipe,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
} from "../../mod.ts";
import { ascii, struct, union, utf16 } from "../../src/structs.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const PATH = "C:\\a";
const BOTH = { read: true, write: true, create: true, delete: true };
const NAME = "\\\\.\\pipe\\strict";

/** What callers without types may pass: a word that is almost right. */
// deno-lint-ignore no-explicit-any -- any object is to be refused
const offset: any = { offset: 1 };
const bytes = new Uint8Array(4);

/** The methods that both halves have. */
function methodsOf(file: SyncFile | OverlappedFile): (() => unknown)[] {
  return [
    () => file.read(bytes, offset),
    () => file.readExactly(bytes, offset),
    () => file.readAll(offset),
    () => file.readScatter([bytes], offset),
    () => file.write(bytes, offset),
    () => file.writeAll(bytes, offset),
    () => file.writeGather([bytes], offset),
    () => file.rename("C:\\b", offset),
    () => file.lock(offset),
    () => file.tryLock(offset),
    () => file.unlock(offset),
    () => file.deviceIoControl(1, offset),
  ];
}

strictTest("every method of a file refuses an unknown option", async () => {
  using synchronous = openSync(PATH, BOTH);
  await using overlapped = await open(PATH, BOTH);
  synchronous.writeAll(new Uint8Array(10).fill(1));
  const refused = [
    ...methodsOf(synchronous),
    ...methodsOf(overlapped),
    () => overlapped.connect(offset),
    () => overlapped.callOverlapped(() => true, offset),
    () => overlapped.createReadable(offset),
    () => overlapped.createWritable(offset),
  ];
  for (const method of refused) {
    await assertRejects(
      async () => await method(),
      TypeError,
      '"offset" is no option of ',
      `${method}`,
    );
  }
  assertEquals(bytes, new Uint8Array(4));
  assertEquals(synchronous.readAll({ at: 0 }), new Uint8Array(10).fill(1));
  const { signal } = new AbortController();
  assertThrows(
    () => synchronous.deviceIoControl(1, { signal } as never),
    TypeError,
    '"signal" is no option of deviceIoControl()',
  );
  // A buffer in the place of options, as node:fs has the offset there.
  assertThrows(
    () => synchronous.read(bytes, new Uint8Array(3) as never),
    TypeError,
    '"0" is no option of reads and writes. The only option is at.',
  );
  await assertRejects(
    () => overlapped.read(bytes, { at: 0, lenght: 3 } as never),
    TypeError,
    '"lenght" is no option of reads and writes. The options are at, signal.',
  );
});

strictTest("what options inherit is of no matter", async () => {
  using synchronous = openSync(PATH, BOTH);
  await using overlapped = await open(PATH, BOTH);
  const options = Object.create({ at: 2, offset: 3 });
  assertEquals(synchronous.write(bytes, options), 4);
  assertEquals(await overlapped.write(bytes, options), 4);
  assertEquals(synchronous.size(), 6);
});

strictTest("every method of a pipe refuses an unknown option", async () => {
  await using listener = listenPipe(NAME, { mode: "message" });
  await using client = await connectPipe(NAME);
  await using server = await listener.accept();
  const refused = [
    () => listenPipe(NAME, offset),
    () => connectPipe(NAME, offset),
    () => listener.accept(offset),
    () => client.read(bytes, offset),
    () => client.readExactly(bytes, offset),
    () => client.readAll(offset),
    () => client.readMessage(offset),
    () => client.write(bytes, offset),
    () => client.writeAll(bytes, offset),
    () => client.writeGather([bytes], offset),
    () => client.writeMessage(bytes, offset),
    () => client.createReadable(offset),
    () => client.createWritable(offset),
  ];
  for (const method of refused) {
    await assertRejects(
      async () => await method(),
      TypeError,
      '"offset" is no option of ',
      `${method}`,
    );
  }
  assertEquals(server.closed, false);
});

strictTest("structures refuse an unknown option", () => {
  const refused = [
    () => struct({ a: "u8" }, offset),
    () => union({ a: "u8" }, offset),
    () => ascii(4, offset),
    () => utf16(4, offset),
  ];
  for (const method of refused) {
    assertThrows(method, TypeError, '"offset" is no option of ');
  }
});
