// What replaces whole files.

import { assertEquals } from "@std/assert";
import { writeFileAtomic } from "../../../mod.ts";
import { CONTENT, data } from "./content.ts";
import { contentOf, makeFile, PATH } from "./file.ts";
import type { MatrixOperation } from "./operation.ts";

export function* wholeFileOperations(): Iterable<MatrixOperation> {
  for (const existed of [true, false]) {
    for (const copySecurity of [false, true]) {
      for (const refusesPosix of [undefined, 50] as const) {
        yield {
          method: "writeFileAtomic",
          variant: `over ${
            existed ? "a" : "no"
          } file, copySecurity ${copySecurity}${
            refusesPosix ? ", without POSIX semantics" : ""
          }`,
          prepare(kernel) {
            kernel.names.mount("C:", {
              extendsInCall: false,
              ...refusesPosix && { refusesPosix },
            });
            if (existed) makeFile();
            const bytes = data(6000);
            const kind = "write";
            return {
              path: /^C:\\a(\.[-0-9a-f]+\.tmp)?$/,
              transfer: { kind, at: undefined, bytes, isFull: true },
              run: () => writeFileAtomic(PATH, bytes, { copySecurity }),
              settle(outcome) {
                const old = existed ? CONTENT : undefined;
                const content = contentOf(kernel);
                if ("value" in outcome) assertEquals(content, bytes);
                // The name may have been given before a later call failed.
                else if (content?.length !== bytes.length) {
                  assertEquals(content, old);
                } else assertEquals(content, bytes);
                const names = [...kernel.names.volumes.get("C:")!.names()];
                assertEquals(names.filter((name) => name.endsWith(".tmp")), []);
              },
            };
          },
        };
      }
    }
  }
}
