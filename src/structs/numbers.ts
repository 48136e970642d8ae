import { overlay, type Struct, struct } from "../layout/mod.ts";

/**
 * A signed 64-bit number and its halves.
 *
 * The other structures declare their LARGE_INTEGER members as `i64`, which has
 * the same size and alignment and is a bigint.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-large_integer-r1
 */
export interface LARGE_INTEGER {
  /** The low half. */
  LowPart: number;
  /** The high half, with the sign. */
  HighPart: number;
  /** The whole. */
  QuadPart: bigint;
}

/** The layout of {@linkcode LARGE_INTEGER}. */
export const LARGE_INTEGER: Struct<LARGE_INTEGER> = /* @__PURE__ */ struct({
  LowPart: "u32",
  HighPart: "i32",
  QuadPart: /* @__PURE__ */ overlay("LowPart", "i64"),
});

/**
 * A point in time: 100-nanosecond steps since 1601 in UTC, in two halves. It is
 * aligned like its halves, not like a 64-bit number.
 *
 * @see https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-filetime
 */
export interface FILETIME {
  /** The low half. */
  dwLowDateTime: number;
  /** The high half. */
  dwHighDateTime: number;
}

/** The layout of {@linkcode FILETIME}. */
export const FILETIME: Struct<FILETIME> = /* @__PURE__ */ struct({
  dwLowDateTime: "u32",
  dwHighDateTime: "u32",
});
