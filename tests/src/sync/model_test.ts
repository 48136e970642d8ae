// Random sequences of operations on files, compared with a file in memory step by
// step. The seed of a failure is in its message, and
// KERNEL32_IO_SEED=… runs the sequence that failed first.
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { AlignedBuffer, openSync } from "../../../mod.ts";
import { UnbufferedIo } from "../../../src/sync/sector_io.ts";
import { ModelFile } from "../../support/model_file.ts";
import { runRounds } from "../../soak/rounds/mod.ts";
import {
  BOUNCE,
  expectBytes,
  expectEqual,
  LARGEST,
  near,
  someLength,
  someMemory,
  syncFiles,
} from "../../soak/rounds/sync_files.ts";
import { StrictDevice } from "../../support/strict_device.ts";

test("SyncFile agrees with a file in memory, buffered and unbuffered, over thousands of random steps", async () => {
  await runRounds(syncFiles, 60);
});

test("UnbufferedIo agrees with a file in memory on devices that enforce their sectors", async () => {
  using aligned = new AlignedBuffer(2 * BOUNCE);
  await runRounds(({ source, system, say }) => {
    const [logical, physical] = source.pick(
      [[512, 512], [512, 4096], [4096, 4096]] as const,
    );
    say(`sectors of ${logical} and ${physical}`);
    const path = system.path("a");
    using file = openSync(path, { read: true, write: true, create: true });
    const io = new UnbufferedIo(new StrictDevice(file, logical, physical));
    const model = new ModelFile({ write: true, append: false });
    for (let count = 0; count < 40; count++) {
      const at = near(source, LARGEST);
      const length = 1 + someLength(source);
      const memory = someMemory(source, length, aligned);
      switch (source.below(5)) {
        case 0:
        case 1: {
          say(`read ${length} at ${at}`);
          const got = memory.subarray(0, io.read(memory, at));
          expectBytes(
            "what was read",
            got,
            model.read(length, at) ?? new Uint8Array(),
          );
          break;
        }
        case 2:
        case 3:
          say(`write ${length} at ${at}`);
          memory.set(source.bytes(length));
          model.write(memory, at);
          io.write(memory, at);
          break;
        default:
          say(`truncate to ${at} elsewhere`);
          model.truncate(at);
          file.truncate(at);
      }
      expectEqual("the size", file.size(), model.size);
    }
    expectBytes("what node:fs reads", readFileSync(path), model.content);
  }, 60);
});
