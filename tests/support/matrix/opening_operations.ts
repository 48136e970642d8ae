// What opens files, and what makes files of handles.

import { assert, assertEquals } from "@std/assert";
import {
  fromHandle,
  kernel32,
  open,
  type OpenOptions,
  openSync,
} from "../../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  type Handle,
  OPEN_EXISTING,
} from "../../../src/raw.ts";
import { CONTENT } from "./content.ts";
import { checkWorks, contentOf, type File, makeFile, PATH } from "./file.ts";
import type { MatrixOperation } from "./operation.ts";

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

export function* openingOperations(): Iterable<MatrixOperation> {
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

export function* handleOperations(): Iterable<MatrixOperation> {
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
