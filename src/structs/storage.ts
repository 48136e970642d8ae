import { array, type Struct, struct } from "../layout/mod.ts";

/**
 * The sectors under a file (FileStorageInfo, Windows 8 and later): what
 * unbuffered I/O must be aligned to.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_storage_info
 */
export interface FILE_STORAGE_INFO {
  /** The logical sector: the smallest unit of unbuffered I/O. */
  LogicalBytesPerSector: number;
  /** The unit that the device writes atomically. */
  PhysicalBytesPerSectorForAtomicity: number;
  /** The unit that performs best. */
  PhysicalBytesPerSectorForPerformance: number;
  /** The unit that the file system assumes to be atomic. */
  FileSystemEffectivePhysicalBytesPerSectorForAtomicity: number;
  /** Whether device (1) and partition (2) are aligned, among other flags. */
  Flags: number;
  /** How far the first physical sector lies behind the first logical one. */
  ByteOffsetForSectorAlignment: number;
  /** How far the partition is off its alignment; 0xffffffff if unknown. */
  ByteOffsetForPartitionAlignment: number;
}

/** The layout of {@linkcode FILE_STORAGE_INFO}. */
export const FILE_STORAGE_INFO: Struct<FILE_STORAGE_INFO> =
  /* @__PURE__ */ struct({
    LogicalBytesPerSector: "u32",
    PhysicalBytesPerSectorForAtomicity: "u32",
    PhysicalBytesPerSectorForPerformance: "u32",
    FileSystemEffectivePhysicalBytesPerSectorForAtomicity: "u32",
    Flags: "u32",
    ByteOffsetForSectorAlignment: "u32",
    ByteOffsetForPartitionAlignment: "u32",
  });

/**
 * The alignment of buffers that a device requires (FileAlignmentInfo).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_alignment_info
 */
export interface FILE_ALIGNMENT_INFO {
  /** The alignment minus one, as a mask: 511 requires 512 bytes. */
  AlignmentRequirement: number;
}

/** The layout of {@linkcode FILE_ALIGNMENT_INFO}. */
export const FILE_ALIGNMENT_INFO: Struct<FILE_ALIGNMENT_INFO> =
  /* @__PURE__ */ struct({
    AlignmentRequirement: "u32",
  });

/**
 * The input of IOCTL_STORAGE_QUERY_PROPERTY: which property to return.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-storage_property_query
 */
export interface STORAGE_PROPERTY_QUERY {
  /** The STORAGE_PROPERTY_ID: 6 for the alignment of accesses. */
  PropertyId: number;
  /** The STORAGE_QUERY_TYPE: 0 to get the property. */
  QueryType: number;
  /** The first byte of the additional parameters of a property. */
  AdditionalParameters: number[];
}

/** The layout of {@linkcode STORAGE_PROPERTY_QUERY}. */
export const STORAGE_PROPERTY_QUERY: Struct<STORAGE_PROPERTY_QUERY> =
  /* @__PURE__ */ struct({
    PropertyId: "u32",
    QueryType: "u32",
    AdditionalParameters: /* @__PURE__ */ array("u8", 1),
  });

/**
 * The sectors of a device, from IOCTL_STORAGE_QUERY_PROPERTY. Some drivers
 * misreport: a physical sector below the logical one, or no power of two.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-storage_access_alignment_descriptor
 */
export interface STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR {
  /** The size of this structure, which stands for its version. */
  Version: number;
  /** The size of all data that the device returned. */
  Size: number;
  /** The line of the device's cache. */
  BytesPerCacheLine: number;
  /** How far the first cache line is off its alignment. */
  BytesOffsetForCacheAlignment: number;
  /** The logical sector. */
  BytesPerLogicalSector: number;
  /** The physical sector. */
  BytesPerPhysicalSector: number;
  /** How far the first physical sector lies behind the first logical one. */
  BytesOffsetForSectorAlignment: number;
}

/** The layout of {@linkcode STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR}. */
export const STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR: Struct<
  STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR
> = /* @__PURE__ */ struct({
  Version: "u32",
  Size: "u32",
  BytesPerCacheLine: "u32",
  BytesOffsetForCacheAlignment: "u32",
  BytesPerLogicalSector: "u32",
  BytesPerPhysicalSector: "u32",
  BytesOffsetForSectorAlignment: "u32",
});

/**
 * What the adapter of a device takes in one transfer, from
 * IOCTL_STORAGE_QUERY_PROPERTY with the STORAGE_PROPERTY_ID 1. The system
 * divides requests that are longer.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-storage_adapter_descriptor
 */
export interface STORAGE_ADAPTER_DESCRIPTOR {
  /** The size of this structure, which stands for its version. */
  Version: number;
  /** The size of all data that the device returned. */
  Size: number;
  /** The most bytes of one transfer. */
  MaximumTransferLength: number;
  /** The most pages of memory of one transfer. */
  MaximumPhysicalPages: number;
  /** The alignment of memory minus one, as a mask: 3 requires 4 bytes. */
  AlignmentMask: number;
  /** Whether the processor moves the bytes. */
  AdapterUsesPio: boolean;
  /** Whether the adapter scans downward for boot devices. */
  AdapterScansDown: boolean;
  /** Whether the adapter queues commands. */
  CommandQueueing: boolean;
  /** Whether transfers can be synchronous, as SCSI has it. */
  AcceleratedTransfer: boolean;
  /** The STORAGE_BUS_TYPE: 7 for USB, 11 for SATA, 17 for NVMe. */
  BusType: number;
  /** The version of the bus, before the point. */
  BusMajorVersion: number;
  /** The version of the bus, behind the point. */
  BusMinorVersion: number;
  /** The kind of the driver's requests. */
  SrbType: number;
  /** The kind of the device's addresses. */
  AddressType: number;
}

/** The layout of {@linkcode STORAGE_ADAPTER_DESCRIPTOR}. */
export const STORAGE_ADAPTER_DESCRIPTOR: Struct<STORAGE_ADAPTER_DESCRIPTOR> =
  /* @__PURE__ */ struct({
    Version: "u32",
    Size: "u32",
    MaximumTransferLength: "u32",
    MaximumPhysicalPages: "u32",
    AlignmentMask: "u32",
    AdapterUsesPio: "bool8",
    AdapterScansDown: "bool8",
    CommandQueueing: "bool8",
    AcceleratedTransfer: "bool8",
    BusType: "u8",
    BusMajorVersion: "u16",
    BusMinorVersion: "u16",
    SrbType: "u8",
    AddressType: "u8",
  });

/**
 * The geometry of a disk, from IOCTL_DISK_GET_DRIVE_GEOMETRY.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-disk_geometry
 */
export interface DISK_GEOMETRY {
  /** How many cylinders there are. */
  Cylinders: bigint;
  /** The MEDIA_TYPE: 12 for a fixed disk. */
  MediaType: number;
  /** How many tracks a cylinder has. */
  TracksPerCylinder: number;
  /** How many sectors a track has. */
  SectorsPerTrack: number;
  /** The logical sector. */
  BytesPerSector: number;
}

/** The layout of {@linkcode DISK_GEOMETRY}. */
export const DISK_GEOMETRY: Struct<DISK_GEOMETRY> = /* @__PURE__ */ struct({
  Cylinders: "i64",
  MediaType: "u32",
  TracksPerCylinder: "u32",
  SectorsPerTrack: "u32",
  BytesPerSector: "u32",
});

/**
 * The geometry and size of a disk, from IOCTL_DISK_GET_DRIVE_GEOMETRY_EX.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-disk_geometry_ex
 */
export interface DISK_GEOMETRY_EX {
  /** The geometry. */
  Geometry: DISK_GEOMETRY;
  /** The size of the disk in bytes. */
  DiskSize: bigint;
  /** The first byte of the partition and detection information. */
  Data: number[];
}

/** The layout of {@linkcode DISK_GEOMETRY_EX}. */
export const DISK_GEOMETRY_EX: Struct<DISK_GEOMETRY_EX> =
  /* @__PURE__ */ struct({
    Geometry: DISK_GEOMETRY,
    DiskSize: "i64",
    Data: /* @__PURE__ */ array("u8", 1),
  });

/**
 * The length of a disk, volume or partition, from IOCTL_DISK_GET_LENGTH_INFO.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-get_length_information
 */
export interface GET_LENGTH_INFORMATION {
  /** The length in bytes. */
  Length: bigint;
}

/** The layout of {@linkcode GET_LENGTH_INFORMATION}. */
export const GET_LENGTH_INFORMATION: Struct<GET_LENGTH_INFORMATION> =
  /* @__PURE__ */ struct({
    Length: "i64",
  });

/**
 * A range of a file: an answer of FSCTL_QUERY_ALLOCATED_RANGES, which gives an
 * array of them, and what that code is asked.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-file_allocated_range_buffer
 */
export interface FILE_ALLOCATED_RANGE_BUFFER {
  /** The offset of the first byte. */
  FileOffset: bigint;
  /** The length in bytes. */
  Length: bigint;
}

/** The layout of {@linkcode FILE_ALLOCATED_RANGE_BUFFER}. */
export const FILE_ALLOCATED_RANGE_BUFFER: Struct<FILE_ALLOCATED_RANGE_BUFFER> =
  /* @__PURE__ */ struct({ FileOffset: "i64", Length: "i64" });

/**
 * The input of FSCTL_SET_ZERO_DATA.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-file_zero_data_information
 */
export interface FILE_ZERO_DATA_INFORMATION {
  /** The offset of the first byte. */
  FileOffset: bigint;
  /** The offset behind the last byte. */
  BeyondFinalZero: bigint;
}

/** The layout of {@linkcode FILE_ZERO_DATA_INFORMATION}. */
export const FILE_ZERO_DATA_INFORMATION: Struct<FILE_ZERO_DATA_INFORMATION> =
  /* @__PURE__ */ struct({ FileOffset: "i64", BeyondFinalZero: "i64" });

/**
 * The input of FSCTL_SET_SPARSE.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-file_set_sparse_buffer
 */
export interface FILE_SET_SPARSE_BUFFER {
  /** Whether the file is to be sparse. */
  SetSparse: boolean;
}

/** The layout of {@linkcode FILE_SET_SPARSE_BUFFER}. */
export const FILE_SET_SPARSE_BUFFER: Struct<FILE_SET_SPARSE_BUFFER> =
  /* @__PURE__ */ struct({ SetSparse: "bool8" });

/**
 * A part of a disk.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-disk_extent
 */
export interface DISK_EXTENT {
  /** The number of the disk: 0 for `\\.\PhysicalDrive0`. */
  DiskNumber: number;
  /** The offset on the disk in bytes. */
  StartingOffset: bigint;
  /** The length in bytes. */
  ExtentLength: bigint;
}

/** The layout of {@linkcode DISK_EXTENT}. */
export const DISK_EXTENT: Struct<DISK_EXTENT> = /* @__PURE__ */ struct({
  DiskNumber: "u32",
  StartingOffset: "i64",
  ExtentLength: "i64",
});

/**
 * Where on its disks a volume lies, from IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS.
 * The further extents stand behind the first.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-volume_disk_extents
 */
export interface VOLUME_DISK_EXTENTS {
  /** How many extents there are. */
  NumberOfDiskExtents: number;
  /** The first extent. */
  Extents: DISK_EXTENT[];
}

/** The layout of {@linkcode VOLUME_DISK_EXTENTS}. */
export const VOLUME_DISK_EXTENTS: Struct<VOLUME_DISK_EXTENTS> =
  /* @__PURE__ */ struct({
    NumberOfDiskExtents: "u32",
    Extents: /* @__PURE__ */ array(DISK_EXTENT, 1),
  });
