/**
 * The errors of arguments that are not what they must be.
 *
 * @module
 */
export { argumentError, describe, rangeError } from "../../ffi/describe.ts";
