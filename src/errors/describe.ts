/**
 * The errors of arguments that are not what they must be.
 *
 * @module
 */
export { argumentError, describe, rangeError } from "../../ffi/describe.ts";

/**
 * The error of an option that does not exist, and would do nothing.
 *
 * @param owner What has the options: "open()".
 * @param known Their names: "at, signal".
 */
export function unknownOptionError(
  name: string,
  owner: string,
  known: string,
): TypeError {
  const are = known.includes(",") ? "options are" : "only option is";
  return new TypeError(
    `"${name}" is no option of ${owner}. The ${are} ${known}.`,
  );
}
