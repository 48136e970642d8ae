// What allocates memory, and what asks for the text of a code.

import { assert, assertEquals } from "@std/assert";
import { AlignedBuffer, formatMessage } from "../../../mod.ts";
import type { MatrixOperation } from "./operation.ts";

export function* messageOperations(): Iterable<MatrixOperation> {
  yield {
    method: "formatMessage",
    variant: "of a code",
    prepare: () => ({
      run: () => formatMessage(1234),
      settle(outcome) {
        if ("error" in outcome) throw outcome.error;
        assert(String(outcome.value).length > 0);
      },
    }),
  };
}

export function* memoryOperations(): Iterable<MatrixOperation> {
  yield {
    method: "new AlignedBuffer",
    variant: "of a page",
    prepare: () => ({
      run: () => new AlignedBuffer(4096),
      settle(outcome) {
        if ("value" in outcome) (outcome.value as AlignedBuffer).free();
      },
    }),
  };
  yield {
    method: "AlignedBuffer.free",
    variant: "of a page",
    prepare() {
      const buffer = new AlignedBuffer(4096);
      return {
        run: () => buffer.free(),
        settle() {
          assertEquals(buffer.byteLength, 0);
          buffer.free();
        },
      };
    },
  };
}
