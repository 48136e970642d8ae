// What the methods of both kinds of file do.

import {
  AlignedBuffer,
  kernel32,
  type OpenOptions,
  type OverlappedFile,
} from "../../../mod.ts";
import { FSCTL_QUERY_ALLOCATED_RANGES, type Handle } from "../../../src/raw.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";
import {
  CONTENT,
  data,
  halves,
  LONG,
  LONG_CONTENT,
  readStream,
  writeStream,
} from "./content.ts";
import { checkWorks, type File, KINDS, makeFile, PATH } from "./file.ts";
import type { MatrixOperation, Prepared, Transferring } from "./operation.ts";

const OTHER = "C:\\b";

const MODES: Readonly<Record<string, OpenOptions>> = {
  buffered: {},
  unbuffered: { unbuffered: true },
  append: { append: true },
};

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

export function* fileOperations(): Iterable<MatrixOperation> {
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

async function settleFile(kernel: StrictKernel, file: File): Promise<void> {
  if (file.closed) return;
  await checkWorks(kernel, file);
  await file.close();
}
