// What makes connections of a pipe.

import { assert, assertEquals } from "@std/assert";
import {
  connectPipe,
  fromHandle,
  kernel32,
  listenPipe,
  type ListenPipeOptions,
  type OverlappedFile,
  type PipeConnection,
} from "../../../mod.ts";
import { FILE_FLAG_OVERLAPPED } from "../../../src/raw.ts";
import { turns, until } from "../event_loop.ts";
import type { MatrixOperation } from "./operation.ts";

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

export function* pipeOperations(): Iterable<MatrixOperation> {
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
