// A Worker that uses the module while others do, and may be terminated while
// operations are in flight.

import { open } from "../../src/open/open.ts";
import { random } from "./random.ts";
import { overlappedPipe } from "./overlapped_pipes.ts";

/** What the Worker is to do. */
export interface PendingTask {
  /** Where its files go. */
  readonly folder: string;
  readonly thread: number;
  /** Leaves reads of a pipe in flight, which never end. */
  readonly leavesPending: boolean;
  /** Answers without using the module. */
  readonly isIdle?: boolean;
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<PendingTask>) => void;
  postMessage(message: unknown): void;
  pipes: unknown[];
};
scope.pipes = [];

scope.onmessage = async ({ data }) => {
  if (data.isIdle) scope.postMessage(0);
  // Sent when the files are closed.
  else scope.postMessage(await exchange(data));
};

async function exchange(
  { folder, thread, leavesPending }: PendingTask,
): Promise<unknown> {
  if (leavesPending) {
    for (let i = 0; i < 10; i++) {
      const pipe = await overlappedPipe();
      pipe.server.read(new Uint8Array(100)).catch(() => {});
      scope.pipes.push(pipe);
    }
    return "pending";
  }
  const { bytes, below } = random(thread);
  const size = 1000;
  let wrong = 0;
  await using file = await open(`${folder}/${thread}`, {
    read: true,
    write: true,
    create: true,
    unbuffered: thread % 2 > 0,
  });
  await using pipe = await overlappedPipe();
  for (let round = 0; round < 20; round++) {
    const blocks = Array.from({ length: 16 }, () => bytes(size));
    await Promise.all(
      blocks.map((block, i) => file.write(block, { at: i * size })),
    );
    const [block, at] = [new Uint8Array(size), below(16)];
    const answer = pipe.client.readExactly(block);
    await file.read(block, { at: at * size });
    await pipe.server.writeAll(block);
    await answer;
    if (!block.every((byte, i) => byte === blocks[at]![i])) wrong++;
  }
  return wrong;
}
scope.postMessage("ready");
