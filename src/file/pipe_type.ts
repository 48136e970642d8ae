/**
 * Which type a pipe is of.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { PIPE_TYPE_MESSAGE } from "../win32/constants.ts";

/**
 * Returns whether what is written to a pipe arrives as messages, so that one
 * without bytes arrives, too.
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-getnamedpipeinfo
 */
export function isMessagePipe(pipe: Handle): boolean {
  return preservingLastError(() => pipeTypeOf(pipe)) === PIPE_TYPE_MESSAGE;
}

/** Returns the type of a pipe; undefined if it is not known, with a last error. */
export function pipeTypeOf(pipe: Handle): number | undefined {
  const flags = new Uint32Array(1);
  return kernel32.GetNamedPipeInfo(pipe, flags, null, null, null)
    ? flags[0]! & PIPE_TYPE_MESSAGE
    : undefined;
}
