// portable

import { assertEquals } from "@std/assert";
import {
  CREATE_ALWAYS,
  CREATE_NEW,
  FILE_APPEND_DATA,
  FILE_ATTRIBUTE_HIDDEN,
  FILE_ATTRIBUTE_READONLY,
  FILE_READ_ATTRIBUTES,
  FILE_SHARE_READ,
  FILE_SUPPORTS_REPARSE_POINTS,
  FILE_SUPPORTS_SPARSE_FILES,
  FileAllocationInfo,
  FileEndOfFileInfo,
  GENERIC_READ,
  GENERIC_WRITE,
  getLastWin32Error,
  kernel32,
  OPEN_EXISTING,
  TRUNCATE_EXISTING,
} from "../../src/raw.ts";
import {
  codeOf,
  position,
  read,
  rule,
  RuleOverlapped,
  setSize,
  SHARE_ALL,
  size,
  write,
} from "../support/rules.ts";

// Others' tests of the same: Wine's dlls/kernel32/tests/file.c (test_CreateFileW, test_DeleteFileW, test_file_sharing),
// dlls/ntdll/tests/file.c (read_file_test, append_file_test).

rule("CreateFileW refuses by its disposition", (system) => {
  const path = system.file("a");
  assertEquals(system.openCode(path, { disposition: OPEN_EXISTING }), 2);
  assertEquals(system.openCode(path, { disposition: TRUNCATE_EXISTING }), 2);
  assertEquals(
    system.openCode(system.file("none\\a"), { disposition: OPEN_EXISTING }),
    3,
  );
  assertEquals(system.openCode(path, { disposition: CREATE_NEW }), 0);
  assertEquals(system.openCode(path, { disposition: CREATE_NEW }), 80);
  assertEquals(
    system.openCode(path, {
      disposition: TRUNCATE_EXISTING,
      access: GENERIC_READ,
    }),
    system.differsUnderWine("a file is cut without the right to write", 0, 87),
  );
});

rule(
  "CreateFileW refuses names with characters that no name may have",
  (system) => {
    for (
      const character of ["\x01", "\n", "\x1f", "?", "*", '"', "<", ">", "|"]
    ) {
      const name = `a${character}b`;
      assertEquals(
        system.openCode(system.file(name)),
        123,
        JSON.stringify(name),
      );
    }
  },
);

rule("CreateFileW says whether the file was there", (system) => {
  const path = system.file("a");
  for (
    const [disposition, expected] of [
      [CREATE_ALWAYS, 0],
      [CREATE_ALWAYS, 183],
      [4, 183],
    ] as const
  ) {
    kernel32.SetLastError(1234);
    const file = system.open(path, { disposition });
    assertEquals(getLastWin32Error(), expected);
    system.close(file);
  }
});

rule(
  "CREATE_ALWAYS refuses a hidden file unless it is to be hidden",
  (system) => {
    const path = system.file("a");
    const hidden = { disposition: CREATE_ALWAYS, flags: FILE_ATTRIBUTE_HIDDEN };
    assertEquals(system.openCode(path, hidden), 0);
    assertEquals(
      system.openCode(path, { disposition: CREATE_ALWAYS }),
      system.differsUnderWine("files are not hidden from CREATE_ALWAYS", 0, 5),
    );
    assertEquals(system.openCode(path, hidden), 0);
  },
);

rule("a file that is read-only is not opened for writing", (system) => {
  const path = system.file("a");
  system.close(
    system.open(path, {
      disposition: CREATE_NEW,
      flags: FILE_ATTRIBUTE_READONLY,
    }),
  );
  assertEquals(
    system.openCode(path, { access: GENERIC_WRITE }),
    system.differsUnderWine("it runs as root", 0, 5),
  );
  assertEquals(system.openCode(path, { access: GENERIC_READ }), 0);
});

rule("share modes hold both ways", (system) => {
  const path = system.file("a");
  const first = system.open(path, {
    access: GENERIC_READ,
    share: FILE_SHARE_READ,
  });
  assertEquals(system.openCode(path, { access: GENERIC_WRITE }), 32);
  assertEquals(system.openCode(path, { access: GENERIC_READ, share: 0 }), 32);
  assertEquals(
    system.openCode(path, { access: GENERIC_READ, share: FILE_SHARE_READ }),
    0,
  );
  assertEquals(
    system.openCode(path, { access: FILE_READ_ATTRIBUTES, share: 0 }),
    0,
  );
  system.close(first);
  assertEquals(system.openCode(path, { access: GENERIC_WRITE, share: 0 }), 0);
});

rule("access decides what a handle can do", (system) => {
  const path = system.file("a");
  const writer = system.open(path, { access: GENERIC_WRITE });
  const reader = system.open(path, { access: GENERIC_READ });
  assertEquals(write(writer, new Uint8Array(3)), [0, 3]);
  assertEquals(read(writer, new Uint8Array(3)), [5, 0]);
  assertEquals(write(reader, new Uint8Array(3)), [5, 0]);
  assertEquals(
    setSize(reader, FileEndOfFileInfo, 1),
    system.differsUnderWine("the code is that of a bad parameter", 87, 5),
  );
  assertEquals(codeOf(kernel32.FlushFileBuffers(reader)), 5);
  assertEquals(codeOf(kernel32.FlushFileBuffers(writer)), 0);
});

rule(
  "a handle for appending writes to the end and does nothing else",
  (system) => {
    const path = system.file("a");
    const writer = system.open(path);
    write(writer, new Uint8Array([1, 2, 3]));
    const appender = system.open(path, { access: FILE_APPEND_DATA });
    assertEquals(write(appender, new Uint8Array([4])), [0, 1]);
    assertEquals(write(appender, new Uint8Array([5]), new RuleOverlapped(0)), [
      0,
      1,
    ]);
    assertEquals(size(writer), 5);
    assertEquals(
      setSize(appender, FileEndOfFileInfo, 5),
      system.differsUnderWine("to append is enough to move the end", 0, 5),
    );
    const overlapped = new RuleOverlapped(0);
    assertEquals(
      codeOf(kernel32.LockFileEx(appender, 1, 0, 1, 0, overlapped.address)),
      system.differsUnderWine("a lock needs no access to data", 0, 5),
    );
    const bytes = new Uint8Array(5);
    assertEquals(read(writer, bytes, new RuleOverlapped(0)), [0, 5]);
    assertEquals(bytes, new Uint8Array([1, 2, 3, 4, 5]));
  },
);

rule("the offset 0xFFFFFFFF'FFFFFFFF writes to the end", (system) => {
  const file = system.open(system.file("a"));
  write(file, new Uint8Array(3));
  assertEquals(write(file, new Uint8Array(2), new RuleOverlapped(-1n)), [0, 2]);
  assertEquals(size(file), 5);
});

rule("the file pointer follows transfers, with an OVERLAPPED too", (system) => {
  const file = system.open(system.file("a"));
  write(file, new Uint8Array(10));
  assertEquals(position(file), 10);
  assertEquals(read(file, new Uint8Array(3), new RuleOverlapped(2)), [0, 3]);
  assertEquals(position(file), 5);
  assertEquals(codeOf(kernel32.SetFilePointerEx(file, -6n, null, 1)), 131);
  assertEquals(position(file), 5);
  assertEquals(codeOf(kernel32.SetFilePointerEx(file, 100n, null, 0)), 0);
  assertEquals(size(file), 10);
});

rule("the end of a file has two codes on a synchronous handle", (system) => {
  const file = system.open(system.file("a"));
  write(file, new Uint8Array(3));
  assertEquals(read(file, new Uint8Array(3)), [0, 0]);
  assertEquals(read(file, new Uint8Array(3), new RuleOverlapped(3)), [38, 0]);
  assertEquals(read(file, new Uint8Array(3), new RuleOverlapped(2)), [0, 1]);
});

rule("a write of nothing changes nothing", (system) => {
  const file = system.open(system.file("a"));
  assertEquals(write(file, new Uint8Array(0), new RuleOverlapped(100)), [0, 0]);
  assertEquals(size(file), 0);
});

rule(
  "what a file is extended by is zeros, and what is cut off does not come back",
  (system) => {
    const file = system.open(system.file("a"));
    write(file, new Uint8Array(10).fill(7));
    assertEquals(setSize(file, FileEndOfFileInfo, 5), 0);
    assertEquals(setSize(file, FileEndOfFileInfo, 10), 0);
    const bytes = new Uint8Array(10);
    read(file, bytes, new RuleOverlapped(0));
    assertEquals(bytes, new Uint8Array(10).fill(7, 0, 5));
  },
);

rule("an allocation above the end leaves it, one below moves it", (system) => {
  const file = system.open(system.file("a"));
  write(file, new Uint8Array(10_000));
  const unsupported = (code: number) =>
    system.differsUnderWine("FileAllocationInfo is not supported", 120, code);
  assertEquals(setSize(file, FileAllocationInfo, 100_000), unsupported(0));
  assertEquals(size(file), 10_000);
  assertEquals(setSize(file, FileAllocationInfo, 4096), unsupported(0));
  assertEquals(size(file), system.differsUnderWine("see above", 10_000, 4096));
});

rule("SetFileValidData stays within the file", (system) => {
  const file = system.open(system.file("a"));
  setSize(file, FileEndOfFileInfo, 100);
  const within = codeOf(kernel32.SetFileValidData(file, 100n));
  // Without the privilege, which may be asked for first: ERROR_PRIVILEGE_NOT_HELD.
  const isHeld = system.name !== "Windows" || within === 0;
  assertEquals(within, isHeld ? 0 : 1314);
  const beyond = codeOf(kernel32.SetFileValidData(file, 101n));
  assertEquals(isHeld ? beyond === 87 : [87, 1314].includes(beyond), true);
});

rule("a deleted file goes with its last handle", (system) => {
  const path = system.file("a");
  const file = system.open(path, { share: SHARE_ALL });
  assertEquals(codeOf(kernel32.DeleteFileW(path)), 0);
  assertEquals(write(file, new Uint8Array(3)), [0, 3]);
  system.close(file);
  assertEquals(system.openCode(path, { disposition: OPEN_EXISTING }), 2);
});

rule("a file whose handles do not share its deletion stays", (system) => {
  const path = system.file("a");
  const file = system.open(path, { share: FILE_SHARE_READ });
  assertEquals(codeOf(kernel32.DeleteFileW(path)), 32);
  system.close(file);
  assertEquals(codeOf(kernel32.DeleteFileW(path)), 0);
  assertEquals(codeOf(kernel32.DeleteFileW(path)), 2);
});

rule("a handle for attributes alone knows what its volume can do", (system) => {
  const path = system.file("a");
  system.close(system.open(path));
  const file = system.open(path, { access: FILE_READ_ATTRIBUTES });
  const [flags, longest] = [new Uint32Array(1), new Uint32Array(1)];
  const name = new Uint16Array(16);
  const query = (length: number) =>
    kernel32.GetVolumeInformationByHandleW(
      file,
      null,
      0,
      null,
      longest,
      flags,
      name,
      length,
    );
  assertEquals(codeOf(query(name.length)), 0);
  assertEquals(longest[0], 255);
  const text = String.fromCharCode(...name.subarray(0, name.indexOf(0)));
  assertEquals(text, "NTFS");
  for (
    const bit of [FILE_SUPPORTS_SPARSE_FILES, FILE_SUPPORTS_REPARSE_POINTS]
  ) {
    const has = (flags[0]! & bit) !== 0;
    assertEquals(has, system.differsUnderWine("no sparse files", has, true));
  }
  assertEquals(codeOf(query(2)), 24);
});
