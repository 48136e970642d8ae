// portable

import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  ERROR_INVALID_FUNCTION,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import {
  ASYNCHRONOUS,
  deviceIoControl,
  SYNCHRONOUS,
} from "../../src/file/control.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3, 4];
const DISK = "\\\\.\\PhysicalDrive0";

strictTest(
  "disks and volumes are asked through an OVERLAPPED on overlapped handles",
  async (kernel) => {
    kernel.names.devices.set("physicaldrive0", new Disk({ size: 1 << 20 }));
    const overlapped: bigint[] = [];
    using _ = replaceFunction(
      "DeviceIoControl",
      (original) => (kernel, ...words) => {
        overlapped.push(words[7]!);
        return original(kernel, ...words);
      },
    );
    const file = await open(DISK, { read: true });
    assertEquals(file.size(), 1 << 20);
    assertEquals(file.sectorSize().logical, 512);
    assertNotEquals(overlapped, []);
    assertEquals(overlapped.includes(0n), false);
    await file.close();
    overlapped.length = 0;
    using synchronous = openSync(DISK);
    assertEquals(synchronous.size(), 1 << 20);
    assertEquals(synchronous.sectorSize().logical, 512);
    assertNotEquals(overlapped, []);
    assertEquals(overlapped.every((address) => address === 0n), true);
  },
  SEEDS,
);

strictTest(
  "deviceIoControl() hands over input and output, and counts, on both kinds of handle",
  async (kernel) => {
    const inputs: number[][] = [];
    kernel.names.devices.set(
      "thing",
      new CharacterDevice({
        control: (code, input) => {
          inputs.push([code, ...input]);
          return code === 1 ? Uint8Array.of(7, 8, 9) : undefined;
        },
      }),
    );
    using synchronous = openSync("\\\\.\\thing", { read: true });
    const overlapped = await open("\\\\.\\thing", { read: true });
    for (const { handle } of [synchronous, overlapped]) {
      const output = new Uint8Array(5);
      const isOverlapped = handle === overlapped.handle;
      const kind = isOverlapped ? ASYNCHRONOUS : SYNCHRONOUS;
      const target = { handle, kind };
      const input = Uint16Array.of(0x0201);
      assertEquals(deviceIoControl(target, 1, input, output), {
        code: 0,
        count: 3,
      });
      assertEquals([...output], [7, 8, 9, 0, 0]);
      assertEquals(deviceIoControl(target, 1, null, output).count, 3);
    }
    assertEquals(inputs, [[1, 1, 2], [1], [1, 1, 2], [1]]);
    await overlapped.close();
  },
  SEEDS,
);

strictTest(
  "deviceIoControl() returns the code of a failure, and leaves nothing behind",
  async (kernel) => {
    kernel.names.devices.set("thing", new CharacterDevice({}));
    using synchronous = openSync("\\\\.\\thing", { read: true });
    const overlapped = await open("\\\\.\\thing", { read: true });
    for (const { handle } of [synchronous, overlapped]) {
      const isOverlapped = handle === overlapped.handle;
      const kind = isOverlapped ? ASYNCHRONOUS : SYNCHRONOUS;
      const target = { handle, kind };
      assertEquals(deviceIoControl(target, 1, null, new Uint8Array(5)), {
        code: ERROR_INVALID_FUNCTION,
        count: 0,
      });
    }
    assertThrows(() => overlapped.size(), Win32Error, "GetFileSizeEx");
    await overlapped.close();
  },
  SEEDS,
);

strictTest(
  "a disk without read access says what its length needs",
  async (kernel) => {
    kernel.names.devices.set("physicaldrive0", new Disk({ size: 1 << 20 }));
    using synchronous = openSync(DISK, { attributesOnly: true });
    const overlapped = await open(DISK, { attributesOnly: true });
    for (const file of [synchronous, overlapped]) {
      assertEquals(file.sectorSize().logical, 512);
      assertThrows(
        () => file.size(),
        Win32Error,
        "The length of a volume or a disk needs read: true.",
      );
    }
    await overlapped.close();
  },
);
