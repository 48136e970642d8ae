// portable
// What a closed file is asked for names the method and the path, and makes no call.

import { assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  diagnostics,
  FileClosedError,
  kernel32,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
  Win32Error,
} from "../../mod.ts";
import { serverEnd } from "../support/overlapped_pipes.ts";
import { newFile } from "../support/overlapped_strict.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\a";
const BOTH = { read: true, write: true, create: true };
const one = new Uint8Array(1);

/** The methods that both kinds of file have, by the names in errors. */
const METHODS: readonly (readonly [
  name: string,
  call: (file: SyncFile | OverlappedFile) => unknown,
])[] = [
  ["allocate", (file) => file.allocate(1)],
  ["allocatedRanges", (file) => file.allocatedRanges()],
  ["close", (file) => file.close()],
  ["delete", (file) => file.delete()],
  ["deviceIoControl", (file) => file.deviceIoControl(1)],
  ["flush", (file) => file.flush()],
  ["get handle", (file) => file.handle],
  ["lock", (file) => file.lock()],
  ["lockVolume", (file) => file.lockVolume()],
  ["rename", (file) => file.rename("C:\\b")],
  ["sectorSize", (file) => file.sectorSize()],
  ["seek", (file) => file.seek(0)],
  ["setSparse", (file) => file.setSparse()],
  ["setValidData", (file) => file.setValidData(1)],
  ["size", (file) => file.size()],
  ["stat", (file) => file.stat()],
  ["truncate", (file) => file.truncate()],
  ["tryLock", (file) => file.tryLock()],
  ["unlock", (file) => file.unlock()],
  ["zeroRange", (file) => file.zeroRange(0, 1)],
];

/** The transfers of both kinds. Errors of overlapped files say only "read" and "write". */
const TRANSFERS: typeof METHODS = [
  ["read", (file) => file.read(one)],
  ["readExactly", (file) => file.readExactly(one)],
  ["readAll", (file) => file.readAll()],
  ["readScatter", (file) => file.readScatter([one])],
  ["write", (file) => file.write(one)],
  ["writeAll", (file) => file.writeAll(one)],
  ["writeGather", (file) => file.writeGather([one])],
];

const OVERLAPPED: readonly (readonly [
  name: string,
  call: (file: OverlappedFile) => unknown,
])[] = [
  ...TRANSFERS.map(([name, call]) =>
    [/^(read|write)/.exec(name)![0], call] as const
  ),
  ["read", (file) => file.createReadable()],
  ["write", (file) => file.createWritable()],
  ["callOverlapped", (file) => file.callOverlapped(() => true)],
  ["connect", (file) => file.connect()],
];

/** Notes each call of functions that the methods would make. */
function watchCalls(calls: string[]): Disposable {
  const names = [
    ...["CloseHandle", "DeviceIoControl", "FlushFileBuffers", "ReadFile"],
    ...["GetFileInformationByHandle", "GetFileSizeEx", "LockFileEx"],
    ...["SetFileInformationByHandle", "SetFilePointerEx", "WriteFile"],
    ...["SetFileValidData", "UnlockFileEx", "GetFileInformationByHandleEx"],
  ];
  const watched = names.map((name) =>
    replaceFunction(name, (original) => (...args) => {
      calls.push(name);
      return original(...args);
    })
  );
  return {
    [Symbol.dispose]: () => watched.forEach((one) => one[Symbol.dispose]()),
  };
}

strictTest(
  "methods of a closed file name themselves and its path",
  async () => {
    const synchronous = openSync(PATH, BOTH);
    const overlapped = await newFile(PATH);
    assertEquals(diagnostics().openFiles, 2);
    synchronous.close();
    await overlapped.close();
    assertEquals(diagnostics().openFiles, 0);
    const calls: string[] = [];
    using _ = watchCalls(calls);
    const refused = async (name: string, run: () => unknown) => {
      const error = await assertRejects(
        async () => await run(),
        FileClosedError,
        `${name}() needs an open file, and '${PATH}' has been closed`,
        `${run}`,
      );
      assertEquals(error.path, PATH);
    };
    for (const [name, call] of [...METHODS, ...TRANSFERS]) {
      await refused(name, () => call(synchronous));
    }
    for (const [name, call] of [...METHODS, ...OVERLAPPED]) {
      await refused(name, () => call(overlapped));
    }
    synchronous[Symbol.dispose]();
    await overlapped[Symbol.asyncDispose]();
    assertEquals(calls, []);
  },
);

strictTest(
  "a file that is being closed starts nothing more",
  async (kernel) => {
    kernel.schedule.choose = () => "later";
    const file = await open(PATH, BOTH);
    const read = file.read(one, { at: 0 }).catch((error) => error);
    const closing = file.close();
    for (const [name, call] of OVERLAPPED) {
      await assertRejects(
        async () => await call(file),
        FileClosedError,
        `${name}() needs an open file`,
      );
    }
    await Promise.all([closing, read]);
  },
);

/** Methods whose operation the kernel has, by the names in errors. */
const PENDING: typeof OVERLAPPED = [
  ["read", (file) => file.read(one, { at: 0 })],
  ["write", (file) => file.write(one, { at: 0 })],
  ["readScatter", (file) => file.readScatter([page()], { at: 0 })],
  ["writeGather", (file) => file.writeGather([page()], { at: 0 })],
];

function page(): Uint8Array {
  return new AlignedBuffer(4096).bytes;
}

strictTest(
  "what is pending when a file is closed names its method",
  async (kernel) => {
    for (const [name, call] of PENDING) {
      const unbuffered = name.length > 5;
      const file = await open(PATH, { ...BOTH, unbuffered });
      await file.write(new Uint8Array(4096), { at: 0 });
      kernel.io.whenStarted = (operation) =>
        operation.instead = () => undefined;
      const refused = assertRejects(
        async () => await call(file),
        FileClosedError,
        `${name}() needs an open file`,
      );
      await file.close();
      await refused;
      kernel.io.whenStarted = undefined;
    }
    const server = serverEnd("\\\\.\\pipe\\strict");
    const refused = assertRejects(
      () => server.connect(),
      FileClosedError,
      "connect() needs an open file",
    );
    await server.close();
    await refused;
  },
);

strictTest(
  "a flush that fails by itself while its file is being closed says with what",
  async () => {
    const file = await open(PATH, BOTH);
    using _aborted = failFunction("FlushFileBuffers", 995);
    await assertRejects(() => file.flush(), Win32Error, "995");
    let closing: Promise<void> | undefined;
    using _ = failFunction("FlushFileBuffers", 29, () => {
      closing = file.close();
      return true;
    });
    await assertRejects(() => file.flush(), Win32Error, "ERROR_WRITE_FAULT");
    await closing;
  },
);

strictTest("close() says what the system has against it", async () => {
  for (const which of [openSync, open]) {
    const file = await which(PATH, BOTH);
    const { handle } = file;
    {
      using _ = failFunction("CloseHandle", 6);
      const close = async () => await file.close();
      const { syscall, win32, path } = await assertRejects(close, Win32Error);
      assertEquals([syscall, win32, path], ["CloseHandle", 6, PATH]);
    }
    assertEquals([file.closed, diagnostics().openFiles], [true, 0]);
    kernel32.CloseHandle(handle);
  }
});

strictTest("files say what they refuse, and what to do instead", async () => {
  const appends = { append: true, read: true, create: true };
  const [reading, writing] = [{ read: true }, { write: true }];
  for (const which of [openSync, open]) {
    const refused = async (
      run: () => unknown,
      message: string,
    ) => {
      const error = await assertRejects(async () => await run(), TypeError);
      assertEquals(error.message, message);
    };
    const log = await which(PATH, appends);
    await refused(
      () => log.write(one, { at: 0 }),
      `'${PATH}' is open for appending, so that every write goes to its end: ` +
        "open it with write: true to write at an offset",
    );
    const reader = await which(PATH, reading);
    await refused(
      () => reader.write(one),
      `'${PATH}' is not open for writing: open it with write: true`,
    );
    const writer = await which(PATH, writing);
    await refused(
      () => writer.read(one),
      `'${PATH}' is not open for reading: open it with read: true`,
    );
    const nul = await which("NUL", reading);
    await refused(
      () => nul.read(one, { at: 0 }),
      "'NUL' is a pipe or a character device and has no offsets: read and " +
        "write it without at and seek()",
    );
    for (const file of [log, reader, writer, nul]) await file.close();
  }
  await using file = await open(PATH, reading);
  await assertRejects(
    () => file.connect(),
    TypeError,
    `'${PATH}' is no pipe, so that no client can come: make one with ` +
      "CreateNamedPipeW() and take it over with fromHandle()",
  );
});
