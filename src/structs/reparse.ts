import { array, type Struct, struct, union } from "../layout/mod.ts";

/** The names in a symbolic link. Offsets and lengths are in bytes. */
export interface SYMBOLIC_LINK_REPARSE_BUFFER {
  /** Where the target begins in `PathBuffer`. */
  SubstituteNameOffset: number;
  /** The length of the target. */
  SubstituteNameLength: number;
  /** Where the name to show begins in `PathBuffer`. */
  PrintNameOffset: number;
  /** The length of the name to show. */
  PrintNameLength: number;
  /** 1 if the target is relative to the link. */
  Flags: number;
  /** The first unit of both names. */
  PathBuffer: number[];
}

/** The names in a junction. Offsets and lengths are in bytes. */
export interface MOUNT_POINT_REPARSE_BUFFER {
  /** Where the target begins in `PathBuffer`. */
  SubstituteNameOffset: number;
  /** The length of the target. */
  SubstituteNameLength: number;
  /** Where the name to show begins in `PathBuffer`. */
  PrintNameOffset: number;
  /** The length of the name to show. */
  PrintNameLength: number;
  /** The first unit of both names. */
  PathBuffer: number[];
}

/** The data of a reparse point of another kind. */
export interface GENERIC_REPARSE_BUFFER {
  /** The first byte. */
  DataBuffer: number[];
}

/**
 * A reparse point, from FSCTL_GET_REPARSE_POINT and for FSCTL_SET_REPARSE_POINT.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_reparse_data_buffer
 */
export interface REPARSE_DATA_BUFFER {
  /** What it is: 0xA000000C is a symbolic link, 0xA0000003 a junction. */
  ReparseTag: number;
  /** The length of what is behind `Reserved`, in bytes. */
  ReparseDataLength: number;
  /** Reserved. */
  Reserved: number;
  /** The data, as the tag says; in C an anonymous union. */
  DUMMYUNIONNAME: {
    /** Of a symbolic link. */
    SymbolicLinkReparseBuffer: SYMBOLIC_LINK_REPARSE_BUFFER;
    /** Of a junction. */
    MountPointReparseBuffer: MOUNT_POINT_REPARSE_BUFFER;
    /** Of another kind. */
    GenericReparseBuffer: GENERIC_REPARSE_BUFFER;
  };
}

const NAMES = {
  SubstituteNameOffset: "u16",
  SubstituteNameLength: "u16",
  PrintNameOffset: "u16",
  PrintNameLength: "u16",
} as const;

/** The layout of {@linkcode REPARSE_DATA_BUFFER}. */
export const REPARSE_DATA_BUFFER: Struct<REPARSE_DATA_BUFFER> =
  /* @__PURE__ */ struct({
    ReparseTag: "u32",
    ReparseDataLength: "u16",
    Reserved: "u16",
    DUMMYUNIONNAME: /* @__PURE__ */ union({
      SymbolicLinkReparseBuffer: /* @__PURE__ */ struct({
        ...NAMES,
        Flags: "u32",
        PathBuffer: /* @__PURE__ */ array("u16", 1),
      }),
      MountPointReparseBuffer: /* @__PURE__ */ struct({
        ...NAMES,
        PathBuffer: /* @__PURE__ */ array("u16", 1),
      }),
      GenericReparseBuffer: /* @__PURE__ */ struct({
        DataBuffer: /* @__PURE__ */ array("u8", 1),
      }),
    }),
  });
