import { Buffer } from "node:buffer";
import { AlignedBuffer, openSync, type SyncFile } from "../../../mod.ts";
import { ModelFile } from "../../support/model_file.ts";
import type { Random } from "../../support/random.ts";
import type { Round } from "./mod.ts";

/** The length of the memory that unaligned transfers go through. */
export const BOUNCE: number = 2 ** 20;
/** The largest offset. */
export const LARGEST: number = 2 * BOUNCE + 9000;

/** Offsets and lengths are near these: sectors, pages, the bounce buffer. */
const BORDERS = [0, 512, 1024, 4096, 8192, 12_288, 65_536, BOUNCE, 2 * BOUNCE];

const MODES = [
  { write: true, append: false },
  { write: true, append: false },
  { write: true, append: true },
  { write: false, append: true },
] as const;

/** A number up to a limit, mostly near a border. */
export function near(source: Random, limit: number): number {
  if (source.below(4) === 0) return source.below(limit);
  const border = source.pick(BORDERS.filter((border) => border < limit));
  return Math.max(0, Math.min(limit, border + source.below(7) - 3));
}

/** Mostly small lengths: large ones take their time. */
export function someLength(source: Random): number {
  return near(source, source.below(8) === 0 ? BOUNCE + 9000 : 20_000);
}

/** Memory of all kinds: a whole array, a part at an odd place, aligned, and aligned in part. */
export function someMemory(
  source: Random,
  length: number,
  aligned: AlignedBuffer,
): Uint8Array<ArrayBuffer> {
  const start = source.pick([0, 1, 512, 4095, 4096]);
  switch (source.below(4)) {
    case 0:
      return new Uint8Array(length);
    case 1:
      return new Uint8Array(new ArrayBuffer(length + start), start, length);
    case 2:
      return aligned.bytes.subarray(0, length);
    default:
      return aligned.bytes.subarray(start, start + length);
  }
}

/** Asserts that values are the same. */
export function expectEqual(
  what: string,
  actual: unknown,
  expected: unknown,
): void {
  if (actual === expected) return;
  throw new Error(`${what} is ${actual} and should be ${expected}`);
}

/** Asserts that bytes are the same, without printing them. */
export function expectBytes(
  what: string,
  actual: Uint8Array,
  expected: Uint8Array,
): void {
  if (Buffer.compare(actual, expected) === 0) return;
  expectEqual(`the length of ${what}`, actual.length, expected.length);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  throw new Error(`${what} differs from byte ${at} on`);
}

/** Splits a length at random places. */
function split(source: Random, length: number): number[] {
  const parts = [];
  for (let rest = length; rest > 0;) {
    const part = Math.min(rest, source.below(3) === 0 ? 0 : near(source, rest));
    parts.push(part);
    rest -= part;
    if (parts.length === 5) parts.push(rest), rest = 0;
  }
  return parts;
}

const place = (at: number | undefined) => at === undefined ? "" : ` at ${at}`;

/** One random step, on a file and on the model of it. */
function step(
  source: Random,
  files: readonly SyncFile[],
  model: ModelFile,
  aligned: AlignedBuffer,
  say: (step: string) => void,
): void {
  const anywhere = source.below(2) === 0 ? undefined : near(source, LARGEST);
  const length = someLength(source);
  const options = anywhere === undefined ? undefined : { at: anywhere };
  switch (
    source.pick([
      "read",
      "write",
      "read",
      "write",
      "scatter",
      "gather",
      "seek",
      "truncate",
    ])
  ) {
    case "read": {
      say(`read ${length}${place(anywhere)}`);
      const expected = model.read(length, anywhere);
      for (const file of files) {
        const buffer = someMemory(source, length, aligned);
        const count = file.read(buffer, options);
        expectEqual("the count", count, expected?.length ?? null);
        expectBytes(
          "what was read",
          buffer.subarray(0, count ?? 0),
          expected ?? new Uint8Array(),
        );
      }
      break;
    }
    case "scatter": {
      const lengths = split(source, length);
      say(`readScatter ${lengths}${place(anywhere)}`);
      const expected = readInTurn(model, lengths, anywhere);
      for (const file of files) {
        const buffers = lengths.map((part) => new Uint8Array(part));
        const count = file.readScatter(buffers, options);
        expectEqual("the count", count, expected?.length ?? null);
        const bytes = Buffer.concat(buffers).subarray(0, count ?? 0);
        expectBytes("what was read", bytes, expected ?? new Uint8Array());
      }
      break;
    }
    case "write": {
      const at = model.mode.write ? anywhere : undefined;
      say(`write ${length}${place(at)}`);
      const data = source.bytes(length);
      model.write(data, at);
      for (const file of files) {
        const memory = someMemory(source, length, aligned);
        memory.set(data);
        const count = file.write(memory, at === undefined ? undefined : { at });
        expectEqual("the count", count, length);
      }
      break;
    }
    case "gather": {
      const at = model.mode.write ? anywhere : undefined;
      const lengths = split(source, length);
      say(`writeGather ${lengths}${place(at)}`);
      const buffers = lengths.map((part) => source.bytes(part));
      let done = 0;
      for (const data of buffers) {
        model.write(data, at === undefined ? undefined : at + done);
        done += data.length;
      }
      for (const file of files) {
        const count = file.writeGather(
          buffers,
          at === undefined ? undefined : { at },
        );
        expectEqual("the count", count, length);
      }
      break;
    }
    case "seek": {
      const target = near(source, LARGEST);
      const origin = source.pick(["start", "current", "end"] as const);
      say(`seek to ${target} from ${origin}`);
      const base =
        { start: 0, current: model.position, end: model.size }[origin];
      model.position = target;
      for (const file of files) {
        expectEqual(
          "the new position",
          file.seek(target - base, origin),
          target,
        );
      }
      break;
    }
    case "truncate": {
      if (!model.mode.write) break;
      const size = near(source, source.below(4) === 0 ? LARGEST : 20_000);
      say(`truncate to ${size}`);
      model.truncate(size);
      for (const file of files) file.truncate(size);
    }
  }
  for (const file of files) {
    expectEqual("the position", file.seek(0, "current"), model.position);
    expectEqual("the size", file.size(), model.size);
  }
}

function readInTurn(
  model: ModelFile,
  lengths: readonly number[],
  at: number | undefined,
): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const length of lengths) {
    const part = model.read(length, at === undefined ? undefined : at + done);
    if (part === null) {
      if (done === 0) return null;
      break;
    }
    parts.push(part);
    done += part.length;
    if (part.length < length) break;
  }
  return Buffer.concat(parts);
}

/** Opens a file again and again, buffered and unbuffered, and does the same to both and to one in memory. */
export function syncFiles({ source, system, say }: Round): void {
  using aligned = new AlignedBuffer(2 * BOUNCE);
  const paths = [system.path("buffered"), system.path("unbuffered")];
  let content = new Uint8Array(0);
  for (let part = 0; part < 3; part++) {
    const mode = source.pick(MODES);
    const truncate = mode.write && !mode.append && source.below(3) === 0;
    say(`open with ${JSON.stringify({ ...mode, truncate })}`);
    const [buffered, unbuffered] = paths.map((path, index) =>
      openSync(path, {
        ...mode,
        read: true,
        create: true,
        truncate,
        unbuffered: index === 1,
      })
    );
    const model = new ModelFile(mode);
    if (!truncate) model.write(content, 0);
    {
      using first = buffered!;
      using second = unbuffered!;
      for (let count = 0; count < 30; count++) {
        step(source, [first, second], model, aligned, say);
      }
    }
    content = model.content.slice();
    for (const path of paths) {
      expectBytes(`what others read of ${path}`, system.content(path), content);
    }
  }
}
