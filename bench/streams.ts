// streams.ts [MEBIBYTES] [ROUNDS] [FOLDER]
//
// Runs on deno.exe and bun.exe: copies a file through streams, this module's and the runtimes' own, in turns, and prints how
// long a copy took, what memory it needed beside and how all compare with this module's.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { open } from "../mod.ts";

const MIB = 2 ** 20;
const NEW = { write: true, create: true, truncate: true } as const;

/** Copies a file. */
type Copy = (from: string, to: string) => Promise<unknown>;

/** What is used of Deno where there is one. */
interface DenoFiles {
  open(path: string, options?: object): Promise<{
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
    readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  }>;
}

/** What is used of Bun where there is one. */
interface BunFiles {
  file(path: string): {
    stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
    writer(): {
      write(bytes: Uint8Array): number;
      flush(): Promise<number> | number;
      end(): Promise<number> | number;
    };
  };
}

const { Bun, Deno } = globalThis as { Bun?: BunFiles; Deno?: DenoFiles };

const OURS = "ours, buffered";
const copies: Record<string, Copy> = {
  [OURS]: async (from, to) => {
    const [source, copy] = [await open(from), await open(to, NEW)];
    await source.readable.pipeTo(copy.writable);
  },
  "ours, unbuffered": async (from, to) => {
    const source = await open(from, { read: true, unbuffered: true });
    const copy = await open(to, { ...NEW, unbuffered: true });
    await source.readable.pipeTo(copy.writable);
  },
  "node:fs pipeline()": (from, to) =>
    pipeline(createReadStream(from), createWriteStream(to)),
  "node:fs pipeline(), chunks of 256 KiB": (from, to) => {
    const highWaterMark = 256 * 1024;
    return pipeline(
      createReadStream(from, { highWaterMark }),
      createWriteStream(to, { highWaterMark }),
    );
  },
};
if (Bun !== undefined) {
  copies["Bun.file(): stream() to writer()"] = async (from, to) => {
    const writer = Bun.file(to).writer();
    for await (const bytes of Bun.file(from).stream()) {
      writer.write(bytes);
      await writer.flush();
    }
    await writer.end();
  };
} else if (Deno !== undefined) {
  copies["Deno.open(): readable.pipeTo(writable)"] = async (from, to) => {
    const [source, copy] = [await Deno.open(from), await Deno.open(to, NEW)];
    await source.readable.pipeTo(copy.writable);
  };
}

interface Cost {
  readonly milliseconds: number;
  /** Resident memory beyond what there was before, at most. */
  readonly memory: number;
  readonly cpu: number;
}

async function measure(copy: () => Promise<unknown>): Promise<Cost> {
  const before = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  await copy();
  const milliseconds = performance.now() - start;
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { milliseconds, memory: most - before, cpu: (user + system) / 1000 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const [mebibytes = "1024", rounds = "3", parent = tmpdir()] = process.argv
  .slice(2);
const size = Number(mebibytes) * MIB;
const folder = await mkdtemp(join(parent, "kernel32-io-streams-"));
try {
  const from = join(folder, "from.bin");
  const to = join(folder, "to.bin");
  const piece = crypto.getRandomValues(new Uint8Array(65_536));
  const writer = (await open(from, NEW)).writable.getWriter();
  for (let at = 0; at < size; at += piece.length) await writer.write(piece);
  await writer.close();

  const costs = new Map<string, Cost[]>();
  const names = Object.keys(copies);
  for (let round = 0; round < Number(rounds); round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length]!;
      const cost = await measure(() => copies[name]!(from, to));
      await using copy = await open(to);
      if (copy.size() !== size) throw new Error(`${name} has lost bytes`);
      costs.set(name, [...costs.get(name) ?? [], cost]);
    }
  }
  const time = (name: string) =>
    costs.get(name)!.map(({ milliseconds }) => milliseconds);
  for (const name of names) {
    const ratios = time(name).map((its, i) => its / time(OURS)[i]!);
    const all = costs.get(name)!;
    const milliseconds = median(time(name));
    const rate = size / MIB / milliseconds * 1000;
    const memory = Math.max(...all.map(({ memory }) => memory)) / MIB;
    const cpu = median(all.map(({ cpu }) => cpu));
    console.log(
      `${name.padEnd(40)} ${milliseconds.toFixed(0).padStart(6)} ms ` +
        `${rate.toFixed(0).padStart(5)} MiB/s  cpu ${cpu.toFixed(0)} ms  ` +
        `memory +${memory.toFixed(0)} MiB  ` +
        `time / ours ${median(ratios).toFixed(2)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
