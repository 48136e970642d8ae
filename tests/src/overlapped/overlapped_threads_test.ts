// Several JS threads use the module at the same time, and are ended in between.

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { open } from "../../../src/open/open.ts";
import type { PendingTask } from "../../support/pending_worker.ts";
import { handleMark } from "../../support/handles.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { runProgram } from "../../support/child.ts";

/** Starts a Worker and gives its answer to a task. */
async function startWorker(
  task: PendingTask,
): Promise<{ worker: Worker; answer: Promise<unknown> }> {
  const url = new URL("../../support/pending_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  await message(worker); // It is ready.
  worker.postMessage(task);
  return { worker, answer: message(worker) };
}

function message(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

test("several Workers use the module at the same time", async () => {
  using folder = tempFolder();
  const workers = await Promise.all(
    [0, 1, 2, 3].map((thread) =>
      startWorker({ folder: folder.path, thread, leavesPending: false })
    ),
  );
  const answers = workers.map(({ answer }) => answer);
  assertEquals(await Promise.all(answers), [0, 0, 0, 0]);
  for (const { worker } of workers) worker.terminate();
});

test("a Worker may be terminated with operations under way", async () => {
  using folder = tempFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  for (let round = 0; round < 3; round++) {
    const { worker, answer } = await startWorker({
      folder: folder.path,
      thread: round,
      leavesPending: true,
    });
    assertEquals(await answer, "pending");
    worker.terminate();
    // This thread and other Workers go on.
    for (let i = 0; i < 50; i++) await file.write(new Uint8Array(100));
    assertEquals(file.size(), 5000 * (round + 1));
  }
});

test("a Worker that has closed its files leaves no handle of the module", async () => {
  using folder = tempFolder();
  const rounds = 4;
  const handlesLeft = async (isIdle: boolean) => {
    const before = handleMark();
    for (let thread = 0; thread < rounds; thread++) {
      const task = {
        folder: folder.path,
        thread,
        leavesPending: false,
        isIdle,
      };
      const { worker, answer } = await startWorker(task);
      assertEquals(await answer, 0);
      worker.terminate();
    }
    // The wait of a completion port ends after half a second at the latest.
    await new Promise((resolve) => setTimeout(resolve, 700));
    return handleMark() - before;
  };
  await handlesLeft(false); // What the runtime opens once and for all.
  let [idle, used] = [0, rounds];
  // The runtime's own threads come and go, with handles of theirs: a leak shows every time.
  for (let attempt = 0; attempt < 10 && used - idle >= rounds; attempt++) {
    idle = await handlesLeft(true);
    used = await handlesLeft(false);
  }
  assert(
    used - idle < rounds,
    `${used} handles were left, ${idle} by idle Workers`,
  );
});

test("a program whose Worker was terminated with operations under way ends by itself", () => {
  const program = new URL(
    "../../support/programs/terminated_worker.ts",
    import.meta.url,
  );
  const { code, stdout, stderr } = runProgram(program);
  assertEquals([code, stdout.trim()], [0, "terminated"], stderr);
});
