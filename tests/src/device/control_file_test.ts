import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  ctlCode,
  ERROR_MORE_DATA,
  fromHandle,
  kernel32,
  open,
  type OverlappedFile,
  Win32Error,
} from "../../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../../src/raw.ts";
import { isWine } from "../../../ffi/ntdll.ts";
import { tempFolder } from "../../support/temp_folder.ts";

/**
 * DeviceIoControl of Windows takes a code for one of a file system if its device type is FILE_DEVICE_FILE_SYSTEM, and sends others,
 * those of pipes too, to where no pipe has an answer. Wine makes no such difference: only there do pipes play a driver.
 */
const onlyWine = { skip: isWine() ? false : "pipes have no control codes" };

/** FSCTL_PIPE_LISTEN and FSCTL_PIPE_PEEK of ntifs.h: FILE_DEVICE_NAMED_PIPE is 0x11. */
const FSCTL_PIPE_LISTEN = ctlCode(0x11, 2, 0, 0);
const FSCTL_PIPE_PEEK = ctlCode(0x11, 3, 0, 1);
/** The members of FILE_PIPE_PEEK_BUFFER before the data. */
const PEEK_HEADER = 16;

function serve(name: string): OverlappedFile {
  const mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;
  const type = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;
  const handle = kernel32.CreateNamedPipeW(
    name,
    mode,
    type,
    1,
    512,
    512,
    0,
    null,
  );
  return fromHandle(handle, { path: name }) as OverlappedFile;
}

test(
  "deviceIoControl() waits for a driver, and takes what fits of its answer",
  onlyWine,
  async () => {
    const name = `\\\\.\\pipe\\control-${Math.random()}`;
    await using server = serve(name);
    const listening = server.deviceIoControl(FSCTL_PIPE_LISTEN);
    await using client = await open(name, { read: true, write: true });
    assertEquals(await listening, new Uint8Array(0));
    await client.writeAll(Uint8Array.of(1, 2, 3, 4, 5));
    const peek = (room: number) =>
      server.deviceIoControl(FSCTL_PIPE_PEEK, {
        outputLength: PEEK_HEADER + room,
      });
    const all = await peek(5);
    assertEquals(all.subarray(PEEK_HEADER), Uint8Array.of(1, 2, 3, 4, 5));
    const error = await assertRejects(() => peek(2), Win32Error);
    assertEquals(error.win32, ERROR_MORE_DATA);
    assertEquals(error.output?.subarray(PEEK_HEADER), Uint8Array.of(1, 2));
    assertEquals(error.bytesTransferred, PEEK_HEADER + 2);
  },
);

test("deviceIoControl() and callOverlapped() are cancelled by a signal", async () => {
  const name = `\\\\.\\pipe\\control-${Math.random()}`;
  await using server = serve(name);
  const controller = new AbortController();
  const { signal } = controller;
  const waits: Promise<unknown>[] = [
    ...isWine() ? [server.deviceIoControl(FSCTL_PIPE_LISTEN, { signal })] : [],
    server.callOverlapped(
      (overlapped, handle) => kernel32.ConnectNamedPipe(handle, overlapped),
      { signal },
    ),
  ];
  setTimeout(() => controller.abort(), 20);
  for (const wait of waits) {
    assertEquals((await assertRejects(() => wait, Error)).name, "AbortError");
  }
});

test("callOverlapped() reads and writes with memory of its own", async () => {
  using folder = tempFolder();
  await using file = await open(folder.file("a.bin"), {
    read: true,
    write: true,
    create: true,
  });
  using buffer = new AlignedBuffer(4096);
  buffer.bytes.fill(7, 0, 100);
  const written = await file.callOverlapped(
    (overlapped, handle) =>
      kernel32.WriteFile(handle, buffer.bytes, 100, null, overlapped),
    { buffers: [buffer], at: 50, name: "WriteFile" },
  );
  assertEquals([written, file.size()], [100, 150]);
  buffer.bytes.fill(0);
  const read = await file.callOverlapped(
    (overlapped, handle) =>
      kernel32.ReadFile(handle, buffer.address + 1n, 4000, null, overlapped),
    { buffers: [buffer], at: 100n, name: "ReadFile" },
  );
  assertEquals([read, buffer.bytes[0], buffer.bytes[1]], [50, 0, 7]);
});

test("TransactNamedPipe() sends a request and takes the answer by one operation", async () => {
  const name = `\\\\.\\pipe\\control-${Math.random()}`;
  await using server = serve(name);
  const connected = server.connect();
  await using client = await open(name, { read: true, write: true });
  await connected;
  const mode = Uint32Array.of(PIPE_READMODE_MESSAGE);
  assert(kernel32.SetNamedPipeHandleState(client.handle, mode, null, null));
  using request = new AlignedBuffer(3);
  using answer = new AlignedBuffer(8);
  request.bytes.set([1, 2, 3]);
  const transacted = client.callOverlapped(
    (overlapped, handle) =>
      kernel32.TransactNamedPipe(
        ...[
          handle,
          request.bytes,
          3,
          answer.bytes,
          8,
          null,
          overlapped,
        ] as const,
      ),
    { buffers: [request, answer], name: "TransactNamedPipe" },
  );
  const asked = new Uint8Array(8);
  assertEquals(await server.read(asked), 3);
  await server.write(asked.subarray(1, 3));
  assertEquals(await transacted, 2);
  assertEquals(answer.bytes.subarray(0, 2), Uint8Array.of(2, 3));
});
