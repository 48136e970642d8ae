/**
 * Descriptions of values for the messages of errors.
 *
 * @module
 */
export { describe } from "../../ffi/describe.ts";
