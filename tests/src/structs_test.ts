// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import {
  array,
  BY_HANDLE_FILE_INFORMATION,
  COMMPROP,
  COMMTIMEOUTS,
  COMSTAT,
  DCB,
  DISK_GEOMETRY,
  DISK_GEOMETRY_EX,
  FILE_ALIGNMENT_INFO,
  FILE_ALLOCATION_INFO,
  FILE_ATTRIBUTE_TAG_INFO,
  FILE_BASIC_INFO,
  FILE_DISPOSITION_INFO,
  FILE_END_OF_FILE_INFO,
  FILE_ID_INFO,
  FILE_NAME_INFO,
  FILE_SEGMENT_ELEMENT,
  FILE_STANDARD_INFO,
  FILE_STORAGE_INFO,
  FILETIME,
  GET_LENGTH_INFORMATION,
  LARGE_INTEGER,
  OVERLAPPED,
  OVERLAPPED_ENTRY,
  SECURITY_ATTRIBUTES,
  STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR,
  STORAGE_ADAPTER_DESCRIPTOR,
  STORAGE_PROPERTY_QUERY,
  SYSTEM_INFO,
} from "../../src/structs.ts";

test("OVERLAPPED has its members where Windows looks for them", () => {
  assertEquals(OVERLAPPED.size, 32);
  assertEquals(OVERLAPPED.align, 8);
  assertEquals(OVERLAPPED.offsetOf("Internal"), 0);
  assertEquals(OVERLAPPED.offsetOf("InternalHigh"), 8);
  assertEquals(OVERLAPPED.offsetOf("Offset"), 16);
  assertEquals(OVERLAPPED.offsetOf("OffsetHigh"), 20);
  assertEquals(OVERLAPPED.offsetOf("Pointer"), 16);
  assertEquals(OVERLAPPED.offsetOf("hEvent"), 24);
});

test("OVERLAPPED takes a position as two halves", () => {
  const bytes = OVERLAPPED.create({ Offset: 0xffff_fff0, OffsetHigh: 3 });
  assertEquals(OVERLAPPED.read(bytes), {
    Internal: 0n,
    InternalHigh: 0n,
    Offset: 0xffff_fff0,
    OffsetHigh: 3,
    Pointer: 0x3_ffff_fff0n,
    hEvent: 0n,
  });
});

test("OVERLAPPED can be watched through a live view", () => {
  const memory = new ArrayBuffer(64);
  const view = OVERLAPPED.view(memory, 32);
  new DataView(memory).setBigUint64(32, 0x103n, true);
  assertEquals(view.Internal, 0x103n);
  view.hEvent = 0x44n;
  assertEquals(new Uint8Array(memory)[56], 0x44);
});

test("OVERLAPPED_ENTRY reads as an array of packets", () => {
  const Packets = array(OVERLAPPED_ENTRY, 2);
  const bytes = Packets.create([
    { lpCompletionKey: 1n, dwNumberOfBytesTransferred: 512 },
    { lpOverlapped: 0x7ff0_0000_0000n },
  ]);
  assertEquals(bytes.length, 64);
  assertEquals(Packets.read(bytes)[1]?.lpOverlapped, 0x7ff0_0000_0000n);
});

test("the structures have the sizes that Windows takes and gives", () => {
  const sizes = Object.entries({
    BY_HANDLE_FILE_INFORMATION,
    COMMPROP,
    COMMTIMEOUTS,
    COMSTAT,
    DCB,
    DISK_GEOMETRY,
    DISK_GEOMETRY_EX,
    FILETIME,
    FILE_ALIGNMENT_INFO,
    FILE_ALLOCATION_INFO,
    FILE_ATTRIBUTE_TAG_INFO,
    FILE_BASIC_INFO,
    FILE_DISPOSITION_INFO,
    FILE_END_OF_FILE_INFO,
    FILE_ID_INFO,
    FILE_NAME_INFO,
    FILE_SEGMENT_ELEMENT,
    FILE_STANDARD_INFO,
    FILE_STORAGE_INFO,
    GET_LENGTH_INFORMATION,
    LARGE_INTEGER,
    OVERLAPPED_ENTRY,
    SECURITY_ATTRIBUTES,
    STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR,
    STORAGE_ADAPTER_DESCRIPTOR,
    STORAGE_PROPERTY_QUERY,
    SYSTEM_INFO,
  }).map(([name, layout]) => [name, layout.size]);
  assertEquals(Object.fromEntries(sizes), {
    BY_HANDLE_FILE_INFORMATION: 52,
    COMMPROP: 64,
    COMMTIMEOUTS: 20,
    COMSTAT: 12,
    DCB: 28,
    DISK_GEOMETRY: 24,
    DISK_GEOMETRY_EX: 40,
    FILETIME: 8,
    FILE_ALIGNMENT_INFO: 4,
    FILE_ALLOCATION_INFO: 8,
    FILE_ATTRIBUTE_TAG_INFO: 8,
    FILE_BASIC_INFO: 40,
    FILE_DISPOSITION_INFO: 1,
    FILE_END_OF_FILE_INFO: 8,
    FILE_ID_INFO: 24,
    FILE_NAME_INFO: 8,
    FILE_SEGMENT_ELEMENT: 8,
    FILE_STANDARD_INFO: 24,
    FILE_STORAGE_INFO: 28,
    GET_LENGTH_INFORMATION: 8,
    LARGE_INTEGER: 8,
    OVERLAPPED_ENTRY: 32,
    SECURITY_ATTRIBUTES: 24,
    STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR: 28,
    STORAGE_ADAPTER_DESCRIPTOR: 32,
    STORAGE_PROPERTY_QUERY: 12,
    SYSTEM_INFO: 48,
  });
});

test("COMSTAT has a bit for each reason to wait", () => {
  const flags = [1, 2, 4, 8, 16, 32, 64].map((Flags) => {
    const bytes = new Uint8Array(COMSTAT.size);
    bytes[0] = Flags;
    const set = Object.entries(COMSTAT.read(bytes).Flags).filter((flag) =>
      flag[1] === 1
    );
    return set.map(([name]) => name).join();
  });
  assertEquals(flags, [
    ...["fCtsHold", "fDsrHold", "fRlsdHold", "fXoffHold"],
    ...["fXoffSent", "fEof", "fTxim"],
  ]);
});

test("DCB keeps its bit-fields together in Flags", () => {
  const bytes = DCB.create({ Flags: { fBinary: 1, fRtsControl: 3 } });
  assertEquals(new DataView(bytes.buffer).getUint32(8, true), 0x3001);
  const view = DCB.view(bytes);
  view.Flags.fDtrControl = 2;
  assertEquals(new DataView(bytes.buffer).getUint32(8, true), 0x3021);
});

test("SYSTEM_INFO names the architecture and the obsolete OEM number alike", () => {
  const bytes = SYSTEM_INFO.create({ wProcessorArchitecture: 9 });
  assertEquals(SYSTEM_INFO.view(bytes).dwOemId, 9);
});

test("LARGE_INTEGER is one signed number and its halves", () => {
  const bytes = LARGE_INTEGER.create({ QuadPart: -1n });
  assertEquals(LARGE_INTEGER.read(bytes), {
    LowPart: 0xffff_ffff,
    HighPart: -1,
    QuadPart: -1n,
  });
});
