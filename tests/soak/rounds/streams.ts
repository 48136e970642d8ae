import { open, type OpenOptions } from "../../../mod.ts";
import type { Random } from "../../support/random.ts";
import { chunksOf, drained } from "../../support/stream_files.ts";
import type { Round } from "./mod.ts";
import { expectBytes, expectEqual } from "./sync_files.ts";

const STEPS = 12;
const LARGEST = 100_000;

/** Small chunks and limits, so that many transfers are under way. */
function someOptions({ below, pick }: Random) {
  const chunkSize = pick([1000, 4096, 16_384, 65_536]);
  return { chunkSize, maxBytesInFlight: chunkSize * (1 + below(8)) };
}

const ABORTED = Symbol("aborted");

/** Writes and reads a file by streams, and compares with bytes in memory. */
export async function streams({ source, system, say }: Round): Promise<void> {
  const { below, pick } = source;
  const path = system.path("streamed");
  let content = new Uint8Array(0);
  for (let step = 0; step < STEPS; step++) {
    const unbuffered = below(2) === 0;
    const append = below(4) === 0;
    const options = someOptions(source);
    const opening: OpenOptions = {
      ...{ read: true, write: true, create: true, unbuffered, append },
    };
    const what = `${JSON.stringify(options)}, unbuffered ${unbuffered}`;
    await using file = await open(path, opening);
    switch (
      content.length === 0 ? "write" : pick(["write", "read", "cancel"])
    ) {
      case "write": {
        const at = append ? content.length : below(content.length + 1);
        const data = source.bytes(below(LARGEST - at));
        say(`write ${data.length} at ${at}, ${what}, append ${append}`);
        await chunksOf(data, () => 1 + below(20_000)).pipeTo(
          file.createWritable(append ? options : { ...options, at }),
        );
        const next = new Uint8Array(Math.max(content.length, at + data.length));
        next.set(content);
        next.set(data, at);
        content = next;
        break;
      }
      case "read": {
        const start = below(content.length);
        const end = start + below(content.length + 1000 - start);
        say(`read ${start} to ${end}, ${what}`);
        const readable = file.createReadable({ ...options, start, end });
        const bytes = await drained(readable);
        expectBytes("what was read", bytes, content.subarray(start, end));
        break;
      }
      default: {
        const chunks = below(5);
        const aborts = below(2) === 0;
        say(`read ${chunks} chunks, ${aborts ? "abort" : "cancel"}, ${what}`);
        const controller = new AbortController();
        const { signal } = controller;
        const reader = file.createReadable({ ...options, signal }).getReader();
        let done = 0;
        for (let i = 0; i < chunks; i++) {
          const { value } = await reader.read();
          if (value === undefined) break;
          const expected = content.subarray(done, done += value.length);
          expectBytes("a chunk", value, expected);
        }
        if (!aborts) await reader.cancel();
        else if (done < content.length) {
          controller.abort(ABORTED);
          const reason = await reader.read().then(() => "a chunk", (it) => it);
          expectEqual("the end", reason, ABORTED);
        }
      }
    }
    if (!file.closed) await file.close();
    expectBytes("what others read", system.content(path), content);
  }
}
