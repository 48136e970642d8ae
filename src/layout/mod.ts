/**
 * C structures in JavaScript memory: described once in data, then read, written
 * and viewed, with types that follow from the description.
 *
 * @module
 */

export { array, bytes } from "./array.ts";
export { bits } from "./bits.ts";
export { overlay, struct, type StructOptions, union } from "./struct.ts";
export { ascii, type TextOptions, utf16 } from "./text.ts";
export type {
  ArrayView,
  ByteSource,
  FieldPath,
  Fields,
  FieldType,
  Infer,
  Init,
  Layout,
  LiveLayout,
  Overlay,
  Plain,
  Scalar,
  Scalars,
  Struct,
  Values,
  View,
} from "./types.ts";
