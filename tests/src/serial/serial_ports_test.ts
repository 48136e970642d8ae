// portable

import { assertEquals, assertThrows } from "@std/assert";
import { serialPorts, Win32Error } from "../../../mod.ts";
import { fail } from "../../support/strict_kernel/failure.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { replaceFunction } from "../../support/strict_kernel/replaced.ts";
import { readText, writeText } from "../../support/strict_kernel/texts.ts";

const [ERROR_FILE_NOT_FOUND, ERROR_INSUFFICIENT_BUFFER] = [2, 122];

/** Has QueryDosDeviceW know names, and the devices behind some of them. */
function dosDevices(
  names: readonly string[],
  devices: Readonly<Record<string, string>>,
  capacities: number[] = [],
): Disposable {
  return replaceFunction(
    "QueryDosDeviceW",
    () => (kernel, name, buffer, capacity) => {
      const texts = name === 0n
        ? names
        : devices[readText(kernel.memory, name!)]?.split("|");
      if (texts === undefined) fail(ERROR_FILE_NOT_FOUND);
      const text = `${texts.join("\0")}\0`;
      const room = Number(BigInt.asUintN(32, capacity!));
      capacities.push(room);
      if (text.length + 1 > room) fail(ERROR_INSUFFICIENT_BUFFER);
      writeText(kernel.memory, buffer!, text);
      return BigInt(text.length + 1);
    },
  );
}

strictTest(
  "`serialPorts()` lists the ports in order, with the devices behind them",
  () => {
    const names = ["COM10", "XCOM4", "COM4X", "com3", "COM", "COM0", "NUL"];
    using _ = dosDevices([...names, "COM7", "C:"], {
      COM3: "\\Device\\Serial0|\\Device\\Older",
      COM10: "\\Device\\USBSER000",
      // COM7 has been unplugged since.
    });
    assertEquals(serialPorts(), [
      { path: "COM3", device: "\\Device\\Serial0" },
      { path: "COM10", device: "\\Device\\USBSER000" },
    ]);
  },
);

strictTest(
  "`serialPorts()` asks with more room for a long list, and says what fails",
  () => {
    const many = Array.from({ length: 3000 }, (_, i) => `Global#${i} of many`);
    const capacities: number[] = [];
    {
      using _ = dosDevices(
        [...many, "COM1"],
        { COM1: "\\Device\\S" },
        capacities,
      );
      assertEquals(serialPorts(), [{ path: "COM1", device: "\\Device\\S" }]);
    }
    assertEquals(capacities, [32_768, 65_536, 32_768]);
    using _ = replaceFunction("QueryDosDeviceW", () => () => fail(5));
    const { syscall, win32 } = assertThrows(() => serialPorts(), Win32Error);
    assertEquals([syscall, win32], ["QueryDosDeviceW", 5]);
  },
);
