// What users can ask of the module, each once: what it takes, and what shows that all is well after it.

import { assert, assertEquals } from "@std/assert";
import {
  AlignedBuffer,
  connectPipe,
  formatMessage,
  fromHandle,
  kernel32,
  listenPipe,
  type ListenPipeOptions,
  open,
  type OpenOptions,
  openSync,
  type OverlappedFile,
  type OverlappedVolumeLock,
  type PipeConnection,
  SyncFile,
  type VolumeLock,
  writeFileAtomic,
} from "../../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  FSCTL_QUERY_ALLOCATED_RANGES,
  GENERIC_READ,
  GENERIC_WRITE,
  type Handle,
  OPEN_EXISTING,
} from "../../../src/raw.ts";
import { turns, until } from "../event_loop.ts";
import { endByHand } from "../overlapped_strict.ts";
import { type PipePair, pipePair } from "../pipe_pair.ts";
import type { Fault } from "./calls.ts";
import { serialOperations } from "./serial_operations.ts";
import { Disk } from "../strict_kernel/disk.ts";
import { DiskFile } from "../strict_kernel/disk_file.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";

/** How an operation has ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** What an operation transfers, and between which bytes. */
export interface Transferring {
  readonly kind: "read" | "write";
  /** Where in the file; undefined on a pipe. */
  readonly at: number | undefined;
  /** What is to be written, or what is read into. */
  readonly bytes: Uint8Array;
  /** Whether it goes on until all is transferred. */
  readonly isFull: boolean;
  /** Whether what was read is not handed out if a later call fails. */
  readonly isLost?: boolean;
}

/** An operation with all that it needs. */
export interface Prepared {
  readonly transfer?: Transferring;
  /** The path that its errors have, if not that of the file. */
  readonly path?: string | RegExp | undefined;
  /** The paths of the errors of some functions. */
  readonly paths?: Readonly<Record<string, string>>;
  run(): unknown;
  /** Checks what must be so after it, whether it has failed or not, and closes what is open. */
  settle(outcome: Outcome, fault?: Fault): void | Promise<void>;
}

/** An operation that users can ask for. */
export interface MatrixOperation {
  /** The method as the documentation has it: "SyncFile.read". */
  readonly method: string;
  /** What distinguishes it from others of the same method. */
  readonly variant: string;
  /** Other methods whose documented errors it has. */
  readonly errorsOf?: string;
  /** Whether a handle stays bound to the module's port, which then stays open. */
  readonly leavesPort?: boolean;
  prepare(kernel: StrictKernel): Prepared | Promise<Prepared>;
}

export const PATH = "C:\\a";
const OTHER = "C:\\b";
const VOLUME = "\\\\.\\D:";

/** What the file has before the operation. */
export const CONTENT: Uint8Array = Uint8Array.from(
  { length: 20_000 },
  (_, i) => 1 + i % 101,
);
/** Long enough for several calls. */
const LONG = 2 ** 20 + 8192;
const LONG_CONTENT = new Uint8Array(LONG + 1024).fill(1);
/** What is written: no byte is what stands there before. */
const DATA = Uint8Array.from({ length: LONG }, (_, i) => 128 + i % 103);
/** So many bytes to be written. */
export function data(length: number): Uint8Array {
  return DATA.slice(0, length);
}

/** Both kinds of file. */
type File = SyncFile | OverlappedFile;

const KINDS = {
  SyncFile: (path: string, options: OpenOptions): File =>
    openSync(path, options),
  OverlappedFile: (path: string, options: OpenOptions): Promise<File> =>
    open(path, { ...options, maxInFlight: { operations: 2, bytes: 8192 } }),
} as const;

const MODES: Readonly<Record<string, OpenOptions>> = {
  buffered: {},
  unbuffered: { unbuffered: true },
  append: { append: true },
};

/** The file as the kernel has it. */
function diskFile(kernel: StrictKernel, path = PATH): DiskFile | undefined {
  const found = kernel.names.volumes.get("C:")!.find(path.slice(2));
  return found instanceof DiskFile ? found : undefined;
}

function contentOf(kernel: StrictKernel, path = PATH): Uint8Array | undefined {
  return diskFile(kernel, path)?.content;
}

/** Makes the file. */
function makeFile(content: Uint8Array = CONTENT): void {
  using file = openSync(PATH, { write: true, create: true });
  file.writeAll(content);
}

/** Checks that later operations of a file do what they are to do, and that no room of its limit is taken. */
async function checkWorks(kernel: StrictKernel, file: File): Promise<void> {
  const bytes = data(7);
  const options = file.mode.append ? {} : { at: 3 };
  const at = file.mode.append ? file.size() : 3;
  assertEquals(await file.write(bytes, options), 7);
  const back = new Uint8Array(7);
  await file.readExactly(back, { at });
  assertEquals(back, bytes);
  if (file instanceof SyncFile) return;
  endByHand(kernel);
  const before = kernel.io.inFlight.length;
  const reads = [0, 4096].map((at) => file.read(new Uint8Array(4096), { at }));
  assertEquals(kernel.io.inFlight.length - before, 2, "the limit has no room");
  while (kernel.io.pending.endScheduled());
  assertEquals(await Promise.all(reads), [4096, 4096]);
  kernel.schedule.manual = false;
}

async function settleFile(kernel: StrictKernel, file: File): Promise<void> {
  if (file.closed) return;
  await checkWorks(kernel, file);
  await file.close();
}

/** What a method of a file does, on both kinds of file. */
interface FileMethod {
  readonly run: (file: File, bytes: Uint8Array) => unknown;
  readonly transfer?: Omit<Transferring, "bytes"> & { readonly length: number };
  readonly modes?: readonly string[];
  readonly options?: OpenOptions;
  readonly kinds?: readonly (keyof typeof KINDS)[];
  readonly errorsOf?: string;
  /** Done before calls are noted. */
  readonly before?: (file: File) => unknown;
}

const reads = (length: number, isFull = false, at: number | undefined = 700) =>
  ({ kind: "read", at, length, isFull }) as const;
const writes = (length: number, isFull = false, at: number | undefined = 700) =>
  ({ kind: "write", at, length, isFull }) as const;

const ALL_MODES = Object.keys(MODES);
const PLACED = ["buffered", "unbuffered"];

/** Two views of one run of bytes. */
export function halves(bytes: Uint8Array): Uint8Array[] {
  return [bytes.subarray(0, 1000), bytes.subarray(1000)];
}

export async function readStream(
  stream: ReadableStream<Uint8Array>,
  bytes: Uint8Array,
): Promise<number> {
  let at = 0;
  for await (const chunk of stream) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return at;
}

export async function writeStream(
  stream: WritableStream<ArrayBufferView>,
  bytes: Uint8Array,
): Promise<void> {
  const writer = stream.getWriter();
  const { closed } = writer;
  closed.catch(() => {});
  writer.ready.catch(() => {});
  try {
    for (const part of halves(bytes)) await writer.write(part);
    await writer.close();
  } catch (error) {
    // A stream that has failed meanwhile cannot be closed, and says so.
    if (error instanceof TypeError) await closed;
    throw error;
  }
}

const FILE_METHODS: Readonly<Record<string, FileMethod>> = {
  read: {
    run: (file, bytes) => file.read(bytes, { at: 700 }),
    transfer: reads(4096),
    modes: ALL_MODES,
  },
  "read, at the position": {
    run: (file, bytes) => file.read(bytes),
    before: (file) => file.seek(700),
    transfer: reads(4096),
    modes: PLACED,
  },
  "read, of whole sectors": {
    run: (file, bytes) => file.read(bytes, { at: 4096 }),
    transfer: reads(8192, false, 4096),
    modes: PLACED,
  },
  "read, of several calls": {
    run: (file, bytes) => file.read(bytes, { at: 700 }),
    transfer: reads(LONG),
    kinds: ["OverlappedFile"],
    modes: PLACED,
  },
  readExactly: {
    run: (file, bytes) => file.readExactly(bytes, { at: 700 }),
    transfer: reads(4096, true),
    modes: PLACED,
  },
  readAll: {
    run: async (file, bytes) => {
      const all = await file.readAll({ at: 700 });
      bytes.set(all);
      return all.length;
    },
    transfer: { ...reads(CONTENT.length - 700), isLost: true },
    modes: PLACED,
  },
  readScatter: {
    run: (file, bytes) => file.readScatter(halves(bytes), { at: 700 }),
    transfer: reads(4096),
    modes: PLACED,
  },
  "readScatter, of pages": {
    run: (file, bytes) => {
      const memory = new AlignedBuffer(8192);
      const pages = [0, 4096].map((at) => memory.bytes.subarray(at, at + 4096));
      const done = async () => {
        try {
          const count = await file.readScatter(pages, { at: 4096 });
          bytes.set(memory.bytes);
          return count;
        } finally {
          memory.free();
        }
      };
      return done();
    },
    transfer: reads(8192, false, 4096),
    modes: ["unbuffered"],
    kinds: ["OverlappedFile"],
  },
  write: {
    run: (file, bytes) => file.write(bytes, { at: 700 }),
    transfer: writes(4096),
    modes: PLACED,
  },
  "write, at the position": {
    run: (file, bytes) => file.write(bytes),
    before: (file) => file.seek(700),
    transfer: writes(4096),
    modes: PLACED,
  },
  "write, at the end": {
    run: (file, bytes) => file.write(bytes),
    transfer: writes(4096, false, CONTENT.length),
    modes: ["append"],
  },
  "write, at the end of an unbuffered file": {
    run: (file, bytes) => file.write(bytes),
    transfer: writes(4096, false, CONTENT.length),
    modes: ["append"],
    options: { unbuffered: true },
  },
  "write, of whole sectors": {
    run: (file, bytes) => file.write(bytes, { at: 4096 }),
    transfer: writes(8192, false, 4096),
    modes: PLACED,
  },
  "write, beyond the end": {
    run: (file, bytes) => file.write(bytes, { at: 19_000 }),
    transfer: writes(4096, false, 19_000),
    modes: PLACED,
  },
  "write, of several calls": {
    run: (file, bytes) => file.write(bytes, { at: 700 }),
    transfer: writes(LONG),
    kinds: ["OverlappedFile"],
    modes: PLACED,
  },
  writeAll: {
    run: (file, bytes) => file.writeAll(bytes, { at: 700 }),
    transfer: writes(4096, true),
    modes: PLACED,
  },
  writeGather: {
    run: (file, bytes) => file.writeGather(halves(bytes), { at: 700 }),
    transfer: writes(4096),
    modes: PLACED,
  },
  "writeGather, at the end": {
    run: (file, bytes) => file.writeGather(halves(bytes)),
    transfer: writes(4096, false, CONTENT.length),
    modes: ["append"],
  },
  "writeGather, of pages": {
    run: async (file, bytes) => {
      using memory = new AlignedBuffer(8192);
      memory.bytes.set(bytes);
      const pages = [0, 4096].map((at) => memory.bytes.subarray(at, at + 4096));
      return await file.writeGather(pages, { at: 4096 });
    },
    transfer: writes(8192, false, 4096),
    modes: ["unbuffered"],
    kinds: ["OverlappedFile"],
  },
  createReadable: {
    run: (file, bytes) =>
      readStream((file as OverlappedFile).createReadable(), bytes),
    transfer: reads(CONTENT.length, false, 0),
    kinds: ["OverlappedFile"],
    errorsOf: "read",
    modes: PLACED,
  },
  "createReadable, whose file stays open": {
    run: (file, bytes) => {
      const options = { keepOpen: true, start: 700, chunkSize: 4096 };
      return readStream(
        (file as OverlappedFile).createReadable(options),
        bytes,
      );
    },
    transfer: reads(CONTENT.length - 700),
    kinds: ["OverlappedFile"],
    errorsOf: "read",
  },
  readable: {
    run: (file, bytes) => readStream((file as OverlappedFile).readable, bytes),
    transfer: reads(CONTENT.length, false, 0),
    kinds: ["OverlappedFile"],
    errorsOf: "read",
  },
  createWritable: {
    run: (file, bytes) =>
      writeStream((file as OverlappedFile).createWritable(), bytes),
    transfer: writes(9000, true, 0),
    kinds: ["OverlappedFile"],
    errorsOf: "writeAll",
    modes: PLACED,
  },
  "createWritable, whose file stays open": {
    run: (file, bytes) => {
      const options = { keepOpen: true, at: 700, chunkSize: 4096 };
      return writeStream(
        (file as OverlappedFile).createWritable(options),
        bytes,
      );
    },
    transfer: writes(9000, true),
    kinds: ["OverlappedFile"],
    errorsOf: "writeAll",
    modes: PLACED,
  },
  "createWritable, at the end": {
    run: (file, bytes) => {
      const options = { keepOpen: true };
      return writeStream(
        (file as OverlappedFile).createWritable(options),
        bytes,
      );
    },
    transfer: writes(9000, true, CONTENT.length),
    kinds: ["OverlappedFile"],
    errorsOf: "writeAll",
    modes: ["append"],
  },
  writable: {
    run: (file, bytes) => writeStream((file as OverlappedFile).writable, bytes),
    transfer: writes(9000, true, 0),
    kinds: ["OverlappedFile"],
    errorsOf: "writeAll",
  },
  truncate: { run: (file) => file.truncate(9000), modes: ALL_MODES },
  allocate: { run: (file) => file.allocate(50_000) },
  setValidData: { run: (file) => file.setValidData(20_000) },
  size: { run: (file) => file.size() },
  stat: { run: (file) => file.stat().size },
  sectorSize: { run: (file) => file.sectorSize() },
  seek: { run: (file) => file.seek(-5, "end") },
  flush: { run: (file) => file.flush(), modes: ALL_MODES },
  lock: { run: (file) => file.lock({ at: 90_000, length: 5 }) },
  "lock, without a wait": {
    run: (file) => file.lock({ at: 90_000, length: 5, wait: false }),
  },
  tryLock: { run: (file) => file.tryLock({ at: 90_000, length: 5 }) },
  unlock: {
    run: (file) => file.unlock({ at: 90_000, length: 5 }),
    before: (file) => file.lock({ at: 90_000, length: 5 }),
  },
  rename: { run: (file) => file.rename(OTHER), options: { delete: true } },
  delete: { run: (file) => file.delete(), options: { delete: true } },
  deviceIoControl: {
    run: (file) =>
      file.deviceIoControl(FSCTL_QUERY_ALLOCATED_RANGES, {
        input: BigInt64Array.of(0n, 20_000n),
        outputLength: 160,
      }),
  },
  setSparse: { run: (file) => file.setSparse() },
  zeroRange: { run: (file) => file.zeroRange(8, 16) },
  allocatedRanges: { run: (file) => file.allocatedRanges() },
  callOverlapped: {
    run: async (file, bytes) => {
      using memory = new AlignedBuffer(4096);
      const call = (overlapped: bigint, handle: Handle) =>
        kernel32.ReadFile(handle, memory.address, 4096, null, overlapped);
      const options = { buffers: [memory], at: 700, name: "ReadFile" };
      const count = await (file as OverlappedFile).callOverlapped(
        call,
        options,
      );
      bytes.set(memory.bytes);
      return count;
    },
    transfer: reads(4096),
    kinds: ["OverlappedFile"],
  },
  close: { run: (file) => file.close(), modes: PLACED },
};

function* fileOperations(): Iterable<MatrixOperation> {
  for (const [name, method] of Object.entries(FILE_METHODS)) {
    const { kinds = ["SyncFile", "OverlappedFile"], modes = ["buffered"] } =
      method;
    const [plain = ""] = name.split(",");
    for (const kind of kinds) {
      for (const mode of modes) {
        yield {
          method: `${kind}.${plain}`,
          variant: `${name}, ${mode}`,
          ...method.errorsOf && { errorsOf: `${kind}.${method.errorsOf}` },
          prepare: (kernel) => prepareFile(kernel, kind, mode, method),
        };
      }
    }
  }
}

async function prepareFile(
  kernel: StrictKernel,
  kind: keyof typeof KINDS,
  mode: string,
  { run, transfer, options, before }: FileMethod,
): Promise<Prepared> {
  const isLong = (transfer?.length ?? 0) > CONTENT.length;
  makeFile(isLong ? LONG_CONTENT : CONTENT);
  const how = { read: true, write: true, ...MODES[mode], ...options };
  const file = await KINDS[kind](PATH, how);
  await before?.(file);
  const bytes = transfer?.kind === "write"
    ? data(transfer.length)
    : new Uint8Array(transfer?.length ?? 0);
  return {
    ...transfer && { transfer: { ...transfer, bytes } },
    paths: { GetFullPathNameW: OTHER },
    run: () => run(file, bytes),
    settle: () => settleFile(kernel, file),
  };
}

/** Options of `open()`, with what is there before and may be there after it has failed. */
const OPENINGS: Readonly<Record<string, OpenOptions>> = {
  read: { read: true },
  "read and write": { read: true, write: true },
  create: { write: true, create: true },
  createNew: { write: true, createNew: true },
  append: { append: true },
  truncate: { write: true, truncate: true },
  unbuffered: { read: true, write: true, unbuffered: true },
  preallocate: { write: true, create: true, preallocate: 50_000 },
  "truncate and preallocate": {
    write: true,
    create: true,
    truncate: true,
    preallocate: 50_000,
  },
  deleteOnClose: { write: true, deleteOnClose: true, unbuffered: true },
  attributesOnly: { attributesOnly: true },
};

function* openings(): Iterable<MatrixOperation> {
  for (const [name, options] of Object.entries(OPENINGS)) {
    const isNew = options.create || options.createNew;
    const existing = options.createNew
      ? [false]
      : isNew
      ? [false, true]
      : [true];
    for (const existed of existing) {
      for (const method of ["openSync", "open"] as const) {
        yield {
          method,
          variant: `${name}, of ${existed ? "a" : "no"} file`,
          prepare(kernel) {
            if (existed) makeFile();
            const opened = method === "open" ? open : openSync;
            return {
              run: () => opened(PATH, options),
              async settle(outcome) {
                if ("error" in outcome) {
                  const expected = existed ? CONTENT : undefined;
                  assertEquals(contentOf(kernel), expected);
                  makeFile();
                  return;
                }
                await (outcome.value as File).close();
                const isEmpty = options.truncate || !existed;
                assertEquals(
                  contentOf(kernel),
                  options.deleteOnClose
                    ? undefined
                    : isEmpty
                    ? new Uint8Array(0)
                    : CONTENT,
                );
              },
            };
          },
        };
      }
    }
  }
}

function openRaw(flags: number): Handle {
  const access = GENERIC_READ | GENERIC_WRITE;
  return kernel32.CreateFileW(
    PATH,
    access,
    7,
    null,
    OPEN_EXISTING,
    flags,
    null,
  );
}

function* handles(): Iterable<MatrixOperation> {
  for (const overlapped of [false, true]) {
    for (const owned of [true, false]) {
      yield {
        leavesPort: overlapped && !owned,
        method: "fromHandle",
        variant: `${overlapped ? "overlapped" : "synchronous"}, ${
          owned ? "owned" : "not owned"
        }`,
        prepare(kernel) {
          makeFile();
          const handle = openRaw(overlapped ? FILE_FLAG_OVERLAPPED : 0);
          return {
            path: "a handle",
            run: () => fromHandle(handle, { path: "a handle", owned }),
            async settle(outcome, fault) {
              if ("value" in outcome) {
                const file = outcome.value as File;
                const isKnown = fault?.name !== "GetFileType";
                if (isKnown) await checkWorks(kernel, file);
                await file.close();
              }
              // What fails takes no handle.
              if ("error" in outcome || !owned) {
                assert(kernel32.CloseHandle(handle));
              }
            },
          };
        },
      };
    }
  }
}

function* wholeFiles(): Iterable<MatrixOperation> {
  for (const existed of [true, false]) {
    for (const copySecurity of [false, true]) {
      for (const refusesPosix of [undefined, 50] as const) {
        yield {
          method: "writeFileAtomic",
          variant: `over ${
            existed ? "a" : "no"
          } file, copySecurity ${copySecurity}${
            refusesPosix ? ", without POSIX semantics" : ""
          }`,
          prepare(kernel) {
            kernel.names.mount("C:", {
              extendsInCall: false,
              ...refusesPosix && { refusesPosix },
            });
            if (existed) makeFile();
            const bytes = data(6000);
            const kind = "write";
            return {
              path: /^C:\\a(\.[-0-9a-f]+\.tmp)?$/,
              transfer: { kind, at: undefined, bytes, isFull: true },
              run: () => writeFileAtomic(PATH, bytes, { copySecurity }),
              settle(outcome) {
                const old = existed ? CONTENT : undefined;
                const content = contentOf(kernel);
                if ("value" in outcome) assertEquals(content, bytes);
                // The name may have been given before a later call failed.
                else if (content?.length !== bytes.length) {
                  assertEquals(content, old);
                } else assertEquals(content, bytes);
                const names = [...kernel.names.volumes.get("C:")!.names()];
                assertEquals(names.filter((name) => name.endsWith(".tmp")), []);
              },
            };
          },
        };
      }
    }
  }
}

/** Checks that both ends still carry bytes or messages, whatever was under way. */
async function checkCarries(
  from: PipeConnection,
  to: PipeConnection,
  isMessage: boolean,
): Promise<void> {
  const last = Uint8Array.of(9, 8, 7);
  const writing = from.writeAll(last);
  for (let tail: number[] = []; tail.join() !== "9,8,7";) {
    if (isMessage) {
      tail = [...await to.readMessage() ?? assert(false)!];
      continue;
    }
    const bytes = new Uint8Array(8192);
    const count = await to.read(bytes);
    tail = [...tail, ...bytes.subarray(0, count ?? 0)].slice(-3);
  }
  await writing;
}

/** What a method of a connection does. */
interface PipeMethod {
  readonly run: (ends: PipePair, bytes: Uint8Array) => unknown;
  readonly kind?: "read" | "write";
  readonly isFull?: boolean;
  readonly modes?: readonly ("byte" | "message")[];
  readonly errorsOf?: string;
  /** Whether the other end closes after it has written. */
  readonly ends?: boolean;
  /** Whether the connection carries nothing any more after it. */
  readonly cuts?: boolean;
}

const PIPE_LENGTH = 5000;

const PIPE_METHODS: Readonly<Record<string, PipeMethod>> = {
  read: {
    run: ({ server }, bytes) => server.read(bytes),
    kind: "read",
    modes: ["byte", "message"],
  },
  readExactly: {
    run: ({ server }, bytes) => server.readExactly(bytes),
    kind: "read",
    isFull: true,
  },
  readAll: {
    run: async ({ server }, bytes) => {
      const all = await server.readAll();
      bytes.set(all);
      return all.length;
    },
    kind: "read",
    ends: true,
  },
  readMessage: {
    run: async ({ server }, bytes) => {
      const message = await server.readMessage();
      if (message === null) return null;
      bytes.set(message);
      return message.length;
    },
    kind: "read",
    modes: ["message"],
  },
  createReadable: {
    run: ({ server }, bytes) => readStream(server.createReadable(), bytes),
    kind: "read",
    errorsOf: "read",
    ends: true,
  },
  readable: {
    run: ({ server }, bytes) => readStream(server.readable, bytes),
    kind: "read",
    errorsOf: "read",
    ends: true,
  },
  write: {
    run: ({ server }, bytes) => server.write(bytes),
    kind: "write",
    modes: ["byte", "message"],
  },
  writeAll: {
    run: ({ server }, bytes) => server.writeAll(bytes),
    kind: "write",
    isFull: true,
  },
  writeGather: {
    run: ({ server }, bytes) => server.writeGather(halves(bytes)),
    kind: "write",
  },
  writeMessage: {
    run: ({ server }, bytes) => server.writeMessage(bytes),
    kind: "write",
    isFull: true,
    modes: ["message"],
  },
  createWritable: {
    run: ({ server }, bytes) => writeStream(server.createWritable(), bytes),
    kind: "write",
    isFull: true,
    errorsOf: "writeAll",
  },
  writable: {
    run: ({ server }, bytes) => writeStream(server.writable, bytes),
    kind: "write",
    isFull: true,
    errorsOf: "writeAll",
  },
  flush: { run: ({ server }) => server.flush() },
  peerProcessId: { run: ({ server }) => server.peerProcessId },
  "peerProcessId, of a server": { run: ({ client }) => client.peerProcessId },
  disconnect: { run: ({ server }) => server.disconnect(), cuts: true },
  close: { run: ({ server }) => server.close(), cuts: true },
};

function* connections(): Iterable<MatrixOperation> {
  for (const [name, method] of Object.entries(PIPE_METHODS)) {
    const [plain = ""] = name.split(",");
    for (const mode of method.modes ?? ["byte"]) {
      yield {
        method: `PipeConnection.${plain}`,
        variant: `${name}, ${mode}`,
        ...method.errorsOf && {
          errorsOf: `PipeConnection.${method.errorsOf}`,
        },
        prepare: () => preparePipe(method, mode),
      };
    }
  }
}

async function preparePipe(
  { run, kind, isFull = false, ends: closes, cuts }: PipeMethod,
  mode: "byte" | "message",
): Promise<Prepared> {
  const ends = await pipePair({ mode });
  const { server, client } = ends;
  const sent = data(PIPE_LENGTH);
  if (kind === "read") await client.writeAll(sent);
  if (closes) await client.close();
  const bytes = kind === "write" ? sent : new Uint8Array(PIPE_LENGTH);
  return {
    path: server.path,
    ...kind && { transfer: { kind, at: undefined, bytes, isFull } },
    run: () => run(ends, bytes),
    async settle() {
      if (!closes && !cuts && !server.closed) {
        for (const pair of [[server, client], [client, server]] as const) {
          await checkCarries(...pair, mode === "message");
        }
      }
      for (const end of [ends.listener, client, server]) {
        if (!end.closed) await end.close();
      }
    },
  };
}

const NAME = "\\\\.\\pipe\\matrix";

/** Checks that a server can be reached. */
async function checkListens(name: string): Promise<void> {
  await using listener = listenPipe(name);
  await using _client = await connectPipe(name);
  await using _server = await listener.accept();
}

const LISTENS: Readonly<Record<string, ListenPipeOptions>> = {
  "for the current user": {},
  "for everyone": { allow: "everyone", mode: "message" },
  "for a descriptor": { allow: { sddl: "D:P(A;;FA;;;OW)" } },
};

function* pipes(): Iterable<MatrixOperation> {
  for (const [variant, options] of Object.entries(LISTENS)) {
    yield {
      method: "listenPipe",
      variant,
      prepare: () => ({
        path: NAME,
        run: () => listenPipe(NAME, options),
        async settle(outcome) {
          if ("value" in outcome) {
            await using _ = outcome.value as AsyncDisposable;
          }
          // What fails may have instances to close yet.
          await turns();
          await checkListens(NAME);
        },
      }),
    };
  }
  for (const server of ["any", "current-user"] as const) {
    for (const mode of ["byte", "message"] as const) {
      yield {
        method: "connectPipe",
        variant: `to ${server} server of ${mode}s`,
        prepare() {
          const listener = listenPipe(NAME, { mode });
          return {
            path: NAME,
            run: () => connectPipe(NAME, { server }),
            async settle(outcome) {
              if ("value" in outcome) {
                await using _ = outcome.value as AsyncDisposable;
              }
              await using _client = await connectPipe(NAME);
              await listener.close();
            },
          };
        },
      };
    }
  }
  yield {
    method: "PipeListener.accept",
    variant: "of a client to come",
    prepare() {
      const listener = listenPipe(NAME);
      const ends: PipeConnection[] = [];
      let accepted: Promise<void>;
      return {
        path: NAME,
        async run() {
          const controller = new AbortController();
          accepted = listener.accept(controller)
            .then((end) => void ends.push(end));
          accepted.catch(() => {});
          try {
            ends.push(await connectPipe(NAME));
            await accepted;
          } finally {
            controller.abort();
          }
        },
        async settle() {
          await accepted.catch(() => {});
          await Promise.all(ends.map((end) => end.close()));
          // An instance that could not be made, or that fails later, is made anew.
          await turns();
          await listener.accept({ signal: AbortSignal.timeout(0) })
            .then((end) => end.close(), () => {});
          const next = listener.accept();
          await using _client = await connectPipe(NAME);
          await using _server = await next;
          await listener.close();
        },
      };
    },
  };
  yield {
    method: "PipeListener.close",
    variant: "with a client that waits",
    async prepare(kernel) {
      const listener = listenPipe(NAME);
      const handles = () => [...kernel.handles.entries()].length;
      const before = handles();
      const client = await connectPipe(NAME);
      // The client's, and that of the instance for the next one.
      await until(() => handles() === before + 2);
      return {
        path: NAME,
        run: () => listener.close(),
        async settle() {
          assert(listener.closed);
          await client.close();
          await checkListens(NAME);
        },
      };
    },
  };
  yield {
    method: "OverlappedFile.connect",
    variant: "of a client that comes",
    prepare(kernel) {
      const handle = kernel32.CreateNamedPipeW(
        NAME,
        3 | FILE_FLAG_OVERLAPPED,
        0,
        255,
        4096,
        4096,
        0,
        null,
      );
      const file = fromHandle(handle, NAME) as OverlappedFile;
      return {
        path: NAME,
        async run() {
          const connected = file.connect();
          connected.catch(() => {});
          await using _ = await connectPipe(NAME);
          await connected;
        },
        async settle() {
          await file.close();
          assertEquals(kernel.names.devices.has("pipe\\matrix"), false);
        },
      };
    },
  };
}

function* volumes(): Iterable<MatrixOperation> {
  type Lock = VolumeLock | OverlappedVolumeLock;
  const release = async (lock: Lock) => {
    if (Symbol.asyncDispose in lock) await lock[Symbol.asyncDispose]();
    else lock[Symbol.dispose]();
  };
  for (const kind of ["SyncFile", "OverlappedFile"] as const) {
    const prepare = async (kernel: StrictKernel) => {
      const disk = new Disk({ size: 16_384, fileSystemSize: 16_384 - 512 });
      kernel.names.devices.set("d:", disk);
      const file = await KINDS[kind](VOLUME, { read: true, write: true });
      return { disk, file };
    };
    const settle = async (file: File) => {
      const lock = await file.lockVolume();
      await lock.dismount();
      await release(lock);
      await file.close();
    };
    yield {
      method: `${kind}.lockVolume`,
      variant: "lockVolume",
      async prepare(kernel) {
        const { file } = await prepare(kernel);
        return {
          path: VOLUME,
          run: () => file.lockVolume(),
          async settle(outcome) {
            if ("value" in outcome) await release(outcome.value as Lock);
            await settle(file);
          },
        };
      },
    };
    yield {
      method: `${kind === "SyncFile" ? "" : "Overlapped"}VolumeLock.dismount`,
      variant: "dismount",
      async prepare(kernel) {
        const { file } = await prepare(kernel);
        const lock = await file.lockVolume();
        return {
          path: VOLUME,
          run: () => lock.dismount(),
          async settle() {
            await release(lock);
            await settle(file);
          },
        };
      },
    };
    for (const write of [false, true]) {
      const method = write ? "write" : "read";
      yield {
        method: `${kind}.${method}`,
        variant: `${method}, of a volume`,
        async prepare(kernel) {
          const { disk, file } = await prepare(kernel);
          disk.bytes.write(0, CONTENT.subarray(0, 16_384));
          const lock = await file.lockVolume();
          const bytes = write ? data(1000) : new Uint8Array(1000);
          const kind = method;
          return {
            path: VOLUME,
            transfer: { kind, at: undefined, bytes, isFull: false },
            run: () => file[method](bytes, { at: 700 }),
            async settle(outcome) {
              const now = disk.bytes.read(0, 16_384);
              const expected = CONTENT.slice(0, 16_384);
              if (write && "value" in outcome) {
                expected.set(bytes.subarray(0, Number(outcome.value)), 700);
              }
              if (write && "error" in outcome) {
                // Sectors are written one run after the other.
                for (let at = 700; at < 1700; at++) {
                  if (now[at] === bytes[at - 700]) expected[at] = now[at]!;
                }
              }
              const wrong = now.findIndex((byte, i) => byte !== expected[i]);
              assertEquals(wrong, -1);
              await release(lock);
              await settle(file);
            },
          };
        },
      };
    }
    yield {
      method: kind === "SyncFile" ? "openSync" : "open",
      variant: "of a volume",
      prepare(kernel) {
        kernel.names.devices.set(
          "d:",
          new Disk({ size: 16_384, fileSystemSize: 8192 }),
        );
        const opened = kind === "SyncFile" ? openSync : open;
        return {
          path: VOLUME,
          run: () => opened(VOLUME, { read: true }),
          async settle(outcome) {
            if ("value" in outcome) await (outcome.value as File).close();
          },
        };
      },
    };
  }
}

function* messages(): Iterable<MatrixOperation> {
  yield {
    method: "formatMessage",
    variant: "of a code",
    prepare: () => ({
      run: () => formatMessage(1234),
      settle(outcome) {
        if ("error" in outcome) throw outcome.error;
        assert(String(outcome.value).length > 0);
      },
    }),
  };
}

function* memory(): Iterable<MatrixOperation> {
  yield {
    method: "new AlignedBuffer",
    variant: "of a page",
    prepare: () => ({
      run: () => new AlignedBuffer(4096),
      settle(outcome) {
        if ("value" in outcome) (outcome.value as AlignedBuffer).free();
      },
    }),
  };
  yield {
    method: "AlignedBuffer.free",
    variant: "of a page",
    prepare() {
      const buffer = new AlignedBuffer(4096);
      return {
        run: () => buffer.free(),
        settle() {
          assertEquals(buffer.byteLength, 0);
          buffer.free();
        },
      };
    },
  };
}

/** All operations. */
export function matrixOperations(): MatrixOperation[] {
  return [
    ...openings(),
    ...fileOperations(),
    ...wholeFiles(),
    ...pipes(),
    ...connections(),
    ...volumes(),
    ...serialOperations(),
    ...memory(),
    ...messages(),
    // The last ones leave their port open.
    ...handles(),
  ];
}
