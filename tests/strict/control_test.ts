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
  checkedControl,
  SYNCHRONOUS,
} from "../../src/file/control.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3, 4];
const ERROR_IO_DEVICE = 1117;
const DISK = "\\\\.\\PhysicalDrive0";

strictTest(
  "disks and volumes are asked through an OVERLAPPED on overlapped handles",
  async (kernel) => {
    kernel.names.devices.set("physicaldrive0", new Disk({ size: 1 << 20 }));
    const overlapped: bigint[] = [];
    using _ = replaceFunction(
      "DeviceIoControl",
      (original) => (kernel, ...words) => {
        const [, , input, inputLength, output, outputLength] = words;
        overlapped.push(words[7]!);
        assertEquals([input === 0n, output === 0n], [
          inputLength === 0n,
          outputLength === 0n,
        ]);
        return original(kernel, ...words);
      },
    );
    const events: boolean[][] = [];
    using _events = replaceFunction(
      "CreateEventW",
      (original) => (kernel, ...words) => {
        const [, isManual, isSet] = words;
        events.push([isManual !== 0n, isSet !== 0n]);
        return original(kernel, ...words);
      },
    );
    const file = await open(DISK, { read: true });
    assertEquals(file.size(), 1 << 20);
    assertEquals(file.sectorSize().logical, 512);
    assertNotEquals(overlapped, []);
    assertEquals(overlapped.includes(0n), false);
    assertEquals(events, overlapped.map(() => [true, false]));
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

strictTest("checkedControl() takes empty memory for none", () => {
  const none = { code: 3, input: undefined, output: undefined };
  const empty = new Uint8Array(0);
  for (
    const options of [{ input: empty, output: empty }, { outputLength: 0 }]
  ) {
    assertEquals(checkedControl(3, options), none);
  }
});

strictTest(
  "control() fills the output, and counts, on both kinds of handle",
  async (kernel) => {
    kernel.names.devices.set(
      "thing",
      new CharacterDevice({
        control: (code) => code === 1 ? Uint8Array.of(7, 8, 9) : undefined,
      }),
    );
    using synchronous = openSync("\\\\.\\thing", { read: true });
    const overlapped = await open("\\\\.\\thing", { read: true });
    for (const { handle } of [synchronous, overlapped]) {
      const output = new Uint8Array(5);
      const isOverlapped = handle === overlapped.handle;
      const kind = isOverlapped ? ASYNCHRONOUS : SYNCHRONOUS;
      assertEquals(kind.control(handle, 1, output), { code: 0, count: 3 });
      assertEquals([...output], [7, 8, 9, 0, 0]);
    }
    await overlapped.close();
  },
  SEEDS,
);

strictTest(
  "control() returns the code of a failure, and leaves nothing behind",
  async (kernel) => {
    kernel.names.devices.set("thing", new CharacterDevice({}));
    using synchronous = openSync("\\\\.\\thing", { read: true });
    const overlapped = await open("\\\\.\\thing", { read: true });
    for (const { handle } of [synchronous, overlapped]) {
      const isOverlapped = handle === overlapped.handle;
      const kind = isOverlapped ? ASYNCHRONOUS : SYNCHRONOUS;
      assertEquals(kind.control(handle, 1, new Uint8Array(5)), {
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

const IOCTL_DISK_GET_LENGTH_INFO = 0x0007_405C;

/** Has a disk answer the question for its length in another way. */
function lengthAnswers(
  answer: (put: (count: number) => bigint) => bigint,
): Disposable {
  return replaceFunction(
    "DeviceIoControl",
    (original) => (kernel, ...words) => {
      if (Number(words[1]! & 0xFFFF_FFFFn) !== IOCTL_DISK_GET_LENGTH_INFO) {
        return original(kernel, ...words);
      }
      return answer((count) => {
        kernel.memory.view(words[6]!, 4).setUint32(0, count, true);
        return 1n;
      });
    },
  );
}

strictTest(
  "what does not say how long it is has no size, and an answer of other length says nothing",
  (kernel) => {
    kernel.names.devices.set("physicaldrive0", new Disk({ size: 1 << 20 }));
    const failures = [
      [(put: (count: number) => bigint) => put(4), "GetFileSizeEx"],
      [(put: (count: number) => bigint) => put(0), "GetFileSizeEx"],
      [() => fail(ERROR_INVALID_FUNCTION), "GetFileSizeEx"],
      [() => fail(ERROR_IO_DEVICE), "DeviceIoControl"],
    ] as const;
    for (const [answer, name] of failures) {
      using _ = lengthAnswers(answer);
      using file = openSync(DISK);
      const error = assertThrows(() => file.size(), Win32Error);
      const code = name === "DeviceIoControl"
        ? ERROR_IO_DEVICE
        : ERROR_INVALID_FUNCTION;
      assertEquals([error.syscall, error.win32], [name, code]);
      assertEquals([error.path, /read: true/.test(error.message)], [
        DISK,
        false,
      ]);
    }
  },
);

strictTest(
  "control() of an overlapped handle releases its memory and event, unless the kernel still has them",
  async (kernel) => {
    let answer: number | Uint8Array | undefined;
    const device = new CharacterDevice({ control: () => answer });
    kernel.names.devices.set("thing", device);
    const file = await open("\\\\.\\thing", { read: true });
    const { handle } = file;
    const { memory } = kernel;
    const before = memory.allocations;
    const handles = () => [...kernel.handles.entries()].length;
    const openBefore = handles();
    const send = () => {
      const output = new Uint8Array(5).fill(9);
      return { ...ASYNCHRONOUS.control(handle, 1, output), output };
    };
    const untouched = new Uint8Array(5).fill(9);
    {
      using _ = failFunction("CreateEventW", 8);
      assertEquals(send(), { code: 8, count: 0, output: untouched });
    }
    {
      using _ = failFunction("VirtualAlloc", 8);
      assertThrows(send, Win32Error, "VirtualAlloc");
    }
    answer = 0xC000_0010;
    const refused = { code: ERROR_INVALID_FUNCTION, count: 0 };
    assertEquals(send(), { ...refused, output: untouched });
    answer = Uint8Array.of(1, 2);
    assertEquals(send(), {
      code: 0,
      count: 2,
      output: Uint8Array.of(1, 2, 9, 9, 9),
    });
    assertEquals([memory.allocations, handles()], [before, openBefore]);
    {
      answer = undefined;
      kernel.schedule.choose = () => "in call";
      using _ = failFunction("GetOverlappedResult", 6);
      assertEquals(send(), { code: 6, count: 0, output: untouched });
    }
    assertEquals([memory.allocations, handles()], [before + 1, openBefore]);
    kernel.io.abandon(); // It would never end.
    await file.close();
  },
  SEEDS,
);
