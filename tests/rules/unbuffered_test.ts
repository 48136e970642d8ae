// portable

import { assertEquals } from "@std/assert";
import { FilePositionInformation, queryFile } from "../../ffi/ntdll.ts";
import { AlignedBuffer } from "../../mod.ts";
import {
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  FileStorageInfo,
  type Handle,
  kernel32,
} from "../../src/raw.ts";
import {
  codeOf,
  result,
  rule,
  RuleOverlapped,
  setSize,
  size,
} from "../support/rules.ts";

// Others' tests of the same: .NET's src/libraries/System.IO.FileSystem/tests/RandomAccess/NoBuffering.Windows.cs.

const UNBUFFERED = { flags: FILE_FLAG_NO_BUFFERING };
const NOT_ENFORCED = "alignment is not enforced";

function transfer(
  name: "ReadFile" | "WriteFile",
  file: Handle,
  address: bigint,
  length: number,
  offset: number,
): [code: number, count: number] {
  const count = new Uint32Array(1);
  const code = codeOf(
    kernel32[name](
      file,
      address,
      length,
      count,
      new RuleOverlapped(offset).address,
    ),
  );
  return [code, count[0]!];
}

rule("unbuffered transfers want whole sectors at whole sectors", (system) => {
  const file = system.open(system.file("a"), UNBUFFERED);
  const memory = new AlignedBuffer(65_536);
  assertEquals(transfer("WriteFile", file, memory.address, 8192, 0), [0, 8192]);
  const refused = (count: number) =>
    system.differsUnderWine(NOT_ENFORCED, [0, count], [87, 0]);
  assertEquals(
    transfer("ReadFile", file, memory.address, 100, 0),
    refused(100),
  );
  assertEquals(
    transfer("ReadFile", file, memory.address, 4096, 100),
    refused(4096),
  );
  assertEquals(
    transfer("WriteFile", file, memory.address, 100, 0),
    refused(100),
  );
  assertEquals(transfer("ReadFile", file, memory.address, 4096, 4096), [
    0,
    4096,
  ]);
});

rule("unbuffered transfers want aligned memory", (system) => {
  const file = system.open(system.file("a"), UNBUFFERED);
  const memory = new AlignedBuffer(65_536);
  assertEquals(transfer("WriteFile", file, memory.address, 8192, 0), [0, 8192]);
  const read = transfer("ReadFile", file, memory.address + 1n, 4096, 0);
  // "Depending on the disk, this requirement may not be enforced."
  const isLax = system.name === "Wine" ||
    system.name === "Windows" && read[0] === 0;
  assertEquals(read, isLax ? [0, 4096] : [87, 0]);
});

rule("an unbuffered read ends at the byte where the file does", (system) => {
  const file = system.open(system.file("a"), UNBUFFERED);
  const memory = new AlignedBuffer(65_536);
  transfer("WriteFile", file, memory.address, 8192, 0);
  assertEquals(setSize(file, 6, 5000), 0);
  assertEquals(size(file), 5000);
  assertEquals(transfer("ReadFile", file, memory.address, 8192, 0), [0, 5000]);
  assertEquals(transfer("ReadFile", file, memory.address, 4096, 8192), [38, 0]);
  assertEquals(
    transfer("ReadFile", file, memory.address, 4096, 9000),
    system.differsUnderWine(NOT_ENFORCED, [38, 0], [87, 0]),
  );
});

rule(
  "the file pointer of an unbuffered file stands at whole sectors, or nothing is read there",
  (system) => {
    const file = system.open(system.file("a"), UNBUFFERED);
    const memory = new AlignedBuffer(65_536);
    transfer("WriteFile", file, memory.address, 8192, 0);
    assertEquals(codeOf(kernel32.SetFilePointerEx(file, 4096n, null, 0)), 0);
    const code = codeOf(kernel32.SetFilePointerEx(file, 100n, null, 0));
    // The page speaks of sectors; the I/O manager looks at the alignment that the device wants of memory.
    const isLax = system.name === "Windows" && code === 0;
    const there = system.differsUnderWine(NOT_ENFORCED, true, isLax);
    assertEquals(code, there ? 0 : 87);
    if (!there) return;
    const count = new Uint32Array(1);
    const read = codeOf(
      kernel32.ReadFile(file, memory.address, 4096, count, null),
    );
    assertEquals(
      [read, count[0]],
      system.differsUnderWine(NOT_ENFORCED, [0, 4096], [87, 0]),
    );
  },
);

rule(
  "a read to the end leaves the file pointer between sectors, where FilePositionInformation finds it",
  (system) => {
    const file = system.open(system.file("a"), UNBUFFERED);
    const memory = new AlignedBuffer(65_536);
    transfer("WriteFile", file, memory.address, 8192, 0);
    assertEquals(setSize(file, 6, 5000), 0);
    kernel32.SetFilePointerEx(file, 0n, null, 0);
    const count = new Uint32Array(1);
    assertEquals(
      codeOf(kernel32.ReadFile(file, memory.address, 8192, count, null)),
      0,
    );
    assertEquals(count[0], 5000);
    assertEquals(queryFile(file, FilePositionInformation), {
      status: 0,
      value: 5000n,
    });
  },
);

rule("FileStorageInfo gives the sizes of sectors", (system) => {
  const file = system.open(system.file("a"));
  const info = new Uint32Array(7);
  const code = codeOf(
    kernel32.GetFileInformationByHandleEx(
      file,
      FileStorageInfo,
      info,
      info.byteLength,
    ),
  );
  assertEquals(
    code,
    system.differsUnderWine("FileStorageInfo is not supported", 120, 0),
  );
  if (code === 0) assertEquals(info[0]! >= 512 && info[1]! >= info[0]!, true);
});

rule(
  "scattered and gathered pages go in the order of the segments",
  (system) => {
    const file = system.open(system.file("a"), {
      flags: FILE_FLAG_NO_BUFFERING | FILE_FLAG_OVERLAPPED,
    });
    const pages = new AlignedBuffer(3 * 4096);
    const segments = new AlignedBuffer(4096);
    const words = new BigUint64Array(segments.bytes.buffer);
    const order = (...indexes: number[]) => {
      words.fill(0n);
      indexes.forEach((page, index) =>
        words[index] = pages.address + BigInt(4096 * page)
      );
    };
    for (let page = 0; page < 3; page++) {
      pages.bytes.fill(
        page,
        4096 * page,
        4096 * (page + 1),
      );
    }
    const run = (
      name: "ReadFileScatter" | "WriteFileGather",
      length: number,
      offset: number,
    ) => {
      const overlapped = new RuleOverlapped(offset);
      const code = codeOf(
        kernel32[name](
          file,
          segments.address,
          length,
          null,
          overlapped.address,
        ),
      );
      return code === 0 || code === 997 ? result(file, overlapped) : [code, 0];
    };
    order(2, 0, 1);
    assertEquals(run("WriteFileGather", 3 * 4096, 0), [0, 3 * 4096]);
    order(0, 1);
    assertEquals(run("ReadFileScatter", 2 * 4096, 0), [0, 2 * 4096]);
    assertEquals([pages.bytes[0], pages.bytes[4096], pages.bytes[8192]], [
      2,
      0,
      2,
    ]);
    order(0);
    assertEquals(run("ReadFileScatter", 4096, 3 * 4096), [38, 0]);
  },
);
