// portable

import { assertEquals } from "@std/assert";
import {
  getLastWin32Error,
  type Handle,
  kernel32,
  OPEN_EXISTING,
} from "../../src/raw.ts";
import { codeOf, RuleOverlapped, RuleSystem, write } from "../support/rules.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";

/** Runs with a system whose handles are closed at the end. */
function withSystem(
  run: (system: RuleSystem, kernel: StrictKernel) => void,
): (kernel: StrictKernel) => void {
  return (kernel) => {
    using system = new RuleSystem();
    run(system, kernel);
  };
}

strictTest(
  "a disk is read in whole sectors, and fails as a whole past its end",
  withSystem((system, kernel) => {
    kernel.names.devices.set("physicaldrive0", new Disk({ size: 4096 }));
    const disk = system.open("\\\\.\\PhysicalDrive0", {
      disposition: OPEN_EXISTING,
    });
    const read = (length: number, offset: number) => {
      const count = new Uint32Array(1);
      const overlapped = new RuleOverlapped(offset);
      return [
        codeOf(
          kernel32.ReadFile(
            disk,
            new Uint8Array(length),
            length,
            count,
            overlapped.address,
          ),
        ),
        count[0],
      ];
    };
    assertEquals(read(512, 3584), [0, 512]);
    assertEquals(read(1024, 3584), [27, 0]);
    assertEquals(read(100, 0), [87, 0]);
    assertEquals(read(512, 100), [87, 0]);
    const attributes = system.open("\\\\.\\PhysicalDrive0", {
      access: 0,
      disposition: OPEN_EXISTING,
    });
    assertEquals(lengthOf(attributes), -5);
    assertEquals(lengthOf(disk), 4096);
  }),
);

strictTest(
  "a volume is read to the end of its file system, and to its own only if that is asked for",
  withSystem((system, kernel) => {
    kernel.names.devices.set(
      "c:",
      new Disk({ size: 4096, fileSystemSize: 3584 }),
    );
    const volume = system.open("\\\\.\\C:", { disposition: OPEN_EXISTING });
    const read = (length: number, offset: number) => {
      const count = new Uint32Array(1);
      const overlapped = new RuleOverlapped(offset);
      return [
        codeOf(
          kernel32.ReadFile(
            volume,
            new Uint8Array(length),
            length,
            count,
            overlapped.address,
          ),
        ),
        count[0],
      ];
    };
    assertEquals(read(1024, 3072), [0, 512]);
    assertEquals(read(512, 3584), [38, 0]);
    assertEquals(
      codeOf(
        kernel32.DeviceIoControl(
          volume,
          0x0009_0083,
          null,
          0,
          null,
          0,
          new Uint32Array(1),
          null,
        ),
      ),
      0,
    );
    assertEquals(read(1024, 3072), [0, 1024]);
    const sector = new Uint8Array(512);
    assertEquals(write(volume, sector, new RuleOverlapped(0)), [5, 0]);
    const lock = () =>
      codeOf(
        kernel32.DeviceIoControl(
          volume,
          0x0009_0018,
          null,
          0,
          null,
          0,
          new Uint32Array(1),
          null,
        ),
      );
    assertEquals(lock(), 0);
    assertEquals(write(volume, sector, new RuleOverlapped(0)), [0, 512]);
  }),
);

/** IOCTL_DISK_GET_LENGTH_INFO; the code with a minus if it fails. */
function lengthOf(disk: Handle): number {
  const length = new BigInt64Array(1);
  const succeeded = kernel32.DeviceIoControl(
    disk,
    0x0007_405C,
    null,
    0,
    length,
    8,
    new Uint32Array(1),
    null,
  );
  return succeeded ? Number(length[0]) : -getLastWin32Error();
}
