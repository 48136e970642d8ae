/**
 * Names of pipes.
 *
 * @module
 */
import { argumentError, describe } from "../errors/describe.ts";

const PREFIX = "\\\\.\\pipe\\";
/** "The entire pipe name string can be up to 256 characters long." */
const MAX_LENGTH = 256;

/**
 * Checks a name, which has the form `\\.\pipe\name`: "The pipename part of the
 * name can include any character other than a backslash".
 *
 * @throws {TypeError} If it is no string, or none of a pipe on this computer.
 * @throws {RangeError} If it is too long.
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
 */
export function checkPipeName(name: unknown): asserts name is string {
  if (typeof name !== "string") {
    throw argumentError(
      "name",
      'a string such as "\\\\\\\\.\\\\pipe\\\\my-server"',
      name,
    );
  }
  const rest = name.slice(PREFIX.length);
  const hasPrefix = name.slice(0, PREFIX.length).toLowerCase() === PREFIX;
  if (!hasPrefix || rest === "" || rest === "." || rest === "..") {
    throw new TypeError(
      `name must begin with ${PREFIX} and go on with a name of your own ` +
        `(in a string literal: "\\\\\\\\.\\\\pipe\\\\my-server"): got ` +
        describe(name),
    );
  }
  const wrong = /[\\/\0]/.exec(rest);
  if (wrong !== null) {
    throw new TypeError(
      `name must have no backslash, slash or NUL behind ${PREFIX}: got ` +
        `${describe(name)}. A hyphen or a dot will do.`,
    );
  }
  if (name.length > MAX_LENGTH) {
    throw new RangeError(
      `name must have at most ${MAX_LENGTH} characters: got ${name.length}`,
    );
  }
}
