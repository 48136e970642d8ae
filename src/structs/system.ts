import { overlay, type Struct, struct } from "../layout/mod.ts";

/**
 * The processor and its memory, from GetSystemInfo.
 *
 * @see https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-system_info
 */
export interface SYSTEM_INFO {
  /** The architecture: 9 for x64, 12 for arm64. */
  wProcessorArchitecture: number;
  /** Reserved. */
  wReserved: number;
  /** Obsolete: the bytes of the two members before, as one number. */
  dwOemId: number;
  /** The page size: the unit of VirtualAlloc and of scatter/gather I/O. */
  dwPageSize: number;
  /** The lowest address that a program can use. */
  lpMinimumApplicationAddress: bigint;
  /** The highest address that a program can use. */
  lpMaximumApplicationAddress: bigint;
  /** A mask with one bit for each processor. */
  dwActiveProcessorMask: bigint;
  /** How many logical processors this group has. */
  dwNumberOfProcessors: number;
  /** Obsolete: the type of the processor. */
  dwProcessorType: number;
  /** The alignment of the addresses that VirtualAlloc reserves. */
  dwAllocationGranularity: number;
  /** The level of the processor. */
  wProcessorLevel: number;
  /** The revision of the processor. */
  wProcessorRevision: number;
}

/** The layout of {@linkcode SYSTEM_INFO}. */
export const SYSTEM_INFO: Struct<SYSTEM_INFO> = /* @__PURE__ */ struct({
  wProcessorArchitecture: "u16",
  wReserved: "u16",
  dwOemId: /* @__PURE__ */ overlay("wProcessorArchitecture", "u32"),
  dwPageSize: "u32",
  lpMinimumApplicationAddress: "pointer",
  lpMaximumApplicationAddress: "pointer",
  dwActiveProcessorMask: "usize",
  dwNumberOfProcessors: "u32",
  dwProcessorType: "u32",
  dwAllocationGranularity: "u32",
  wProcessorLevel: "u16",
  wProcessorRevision: "u16",
});
