import { setTimeout as pause } from "node:timers/promises";
import { assertEquals } from "@std/assert";
import { follow } from "../../examples/follow_log.ts";
import { openSync, type SyncFile, Win32Error } from "../../mod.ts";
import { random } from "./random.ts";

/** How a writer goes on with a new file, or with the old one from its beginning. */
const CHANGES = [
  "rename",
  "rename, and write until there is a new file",
  "delete",
  "truncate",
] as const;

const ROUNDS = 2 * CHANGES.length;

/** Creates a log. The name of one that is deleted may stay until nobody has it open. */
async function create(path: string): Promise<SyncFile> {
  for (;;) {
    try {
      return openSync(path, {
        append: true,
        write: true,
        delete: true,
        createNew: true,
      });
    } catch (error) {
      if (!(error instanceof Win32Error)) throw error;
      await pause(5);
    }
  }
}

/** Checks that examples/follow_log.ts gives each line once, whatever the writer does with its file. */
export async function checkFollow(path: string): Promise<void> {
  const { below } = random(1);
  let file = await create(path);

  const stop = new AbortController();
  const expected: string[] = [];
  const got: string[] = [];
  const followed = (async () => {
    for await (const line of follow(path, stop.signal)) {
      assertEquals(line, expected[got.length], `line ${got.length}`);
      got.push(line);
    }
  })();
  const until = async (count: number) => {
    while (got.length < count) await Promise.race([pause(5), followed]);
  };

  /** Writes a line in two pieces: neither ends where a line or a character does. */
  const writeLine = () => {
    const line = `${expected.length} ${"€".repeat(below(100))}`;
    const bytes = new TextEncoder().encode(`${line}\r\n`);
    const middle = below(bytes.length);
    file.writeAll(bytes.subarray(0, middle));
    file.writeAll(bytes.subarray(middle));
    expected.push(line);
  };
  for (let round = 0; round < ROUNDS; round++) {
    const before = expected.length;
    for (let n = 1 + below(200); n > 0; n--) {
      writeLine();
      if (below(20) === 0) await pause(1);
    }
    const change = CHANGES[round % CHANGES.length]!;
    // What is truncated before it was read is lost; so is a file that was never seen.
    await until(change === "truncate" ? expected.length : before + 1);
    writeLine();
    if (change === "truncate") {
      await until(expected.length);
      file.truncate();
      expected.push("!");
      file.writeAll(new TextEncoder().encode("!\n"));
      await until(expected.length);
      continue;
    }
    using old = file;
    if (change === "delete") old.delete();
    else old.rename(`${path}.1`, { replace: true });
    if (change === "rename, and write until there is a new file") {
      await pause(below(50));
      for (let n = 0; n < 5; n++) writeLine();
    } else old.close();
    file = await create(path);
  }
  writeLine();
  await until(expected.length);
  stop.abort();
  await followed;
  assertEquals(got, expected);
  file.close();
}
