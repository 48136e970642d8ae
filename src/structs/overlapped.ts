import { overlay, type Struct, struct, union } from "../layout/mod.ts";

/**
 * One asynchronous or positional operation.
 *
 * Unused members must be zero, and so must the offset on a device that cannot
 * seek. Each operation needs a structure of its own, at an address that does not
 * change until the operation has ended.
 *
 * @see https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
 */
export interface OVERLAPPED {
  /** The NTSTATUS of the operation: 0x103 while it is pending. */
  Internal: bigint;
  /** How many bytes were transferred. */
  InternalHigh: bigint;
  /** The low half of the file position to start at. */
  Offset: number;
  /** The high half of the file position to start at. */
  OffsetHigh: number;
  /** Reserved: the bytes of both halves of the position as one address. */
  Pointer: bigint;
  /** The event that the kernel signals at the end, or 0. */
  hEvent: bigint;
}

/**
 * The layout of {@linkcode OVERLAPPED}.
 *
 * @example Start an operation at an offset
 * ```ts
 * import { OVERLAPPED } from "@kernel32/io/structs";
 *
 * const bytes = OVERLAPPED.create({ Offset: 0x1000, OffsetHigh: 2 });
 * console.log(OVERLAPPED.view(bytes).Pointer); // 8589938688n
 * ```
 */
export const OVERLAPPED: Struct<OVERLAPPED> = /* @__PURE__ */ struct({
  Internal: "usize",
  InternalHigh: "usize",
  Offset: "u32",
  OffsetHigh: "u32",
  Pointer: /* @__PURE__ */ overlay("Offset", "pointer"),
  hEvent: "pointer",
});

/**
 * One packet that GetQueuedCompletionStatusEx dequeues from a completion port.
 *
 * @see https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped_entry
 */
export interface OVERLAPPED_ENTRY {
  /** The key that the file is bound to the port with. */
  lpCompletionKey: bigint;
  /** The address of the operation's OVERLAPPED. */
  lpOverlapped: bigint;
  /** Reserved: the NTSTATUS of the operation. */
  Internal: bigint;
  /** How many bytes were transferred. */
  dwNumberOfBytesTransferred: number;
}

/** The layout of {@linkcode OVERLAPPED_ENTRY}. */
export const OVERLAPPED_ENTRY: Struct<OVERLAPPED_ENTRY> =
  /* @__PURE__ */ struct({
    lpCompletionKey: "usize",
    lpOverlapped: "pointer",
    Internal: "usize",
    dwNumberOfBytesTransferred: "u32",
  });

/**
 * One page of a scatter/gather transfer. An array of these ends with one whose
 * buffer is 0.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-file_segment_element
 */
export interface FILE_SEGMENT_ELEMENT {
  /** The address of the page. */
  Buffer: bigint;
  /** The same bytes as a number, so that the size is 8 on 32-bit systems, too. */
  Alignment: bigint;
}

/**
 * The layout of {@linkcode FILE_SEGMENT_ELEMENT}.
 *
 * @example List two pages and the end
 * ```ts
 * import { array, FILE_SEGMENT_ELEMENT } from "@kernel32/io/structs";
 *
 * const Segments = array(FILE_SEGMENT_ELEMENT, 3);
 * const bytes = Segments.create([{ Buffer: 0x1000n }, { Buffer: 0x2000n }, {}]);
 * console.log(bytes.length); // 24
 * ```
 */
export const FILE_SEGMENT_ELEMENT: Struct<FILE_SEGMENT_ELEMENT> =
  /* @__PURE__ */ union({
    Buffer: "pointer",
    Alignment: "u64",
  });

/**
 * Who may use a new object, and whether child processes inherit its handle.
 *
 * @see https://learn.microsoft.com/windows/win32/api/wtypesbase/ns-wtypesbase-security_attributes
 */
export interface SECURITY_ATTRIBUTES {
  /** The size of this structure. */
  nLength: number;
  /** The address of the security descriptor, or 0 for the default one. */
  lpSecurityDescriptor: bigint;
  /** Whether child processes inherit the handle. */
  bInheritHandle: boolean;
}

/**
 * The layout of {@linkcode SECURITY_ATTRIBUTES}.
 *
 * @example Let child processes inherit a handle
 * ```ts
 * import { SECURITY_ATTRIBUTES } from "@kernel32/io/structs";
 *
 * const attributes = SECURITY_ATTRIBUTES.create({
 *   nLength: SECURITY_ATTRIBUTES.size,
 *   bInheritHandle: true,
 * });
 * console.log(attributes.length); // 24
 * ```
 */
export const SECURITY_ATTRIBUTES: Struct<SECURITY_ATTRIBUTES> =
  /* @__PURE__ */ struct({
    nLength: "u32",
    lpSecurityDescriptor: "pointer",
    bInheritHandle: "bool32",
  });
