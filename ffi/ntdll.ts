/**
 * What only ntdll offers: the mode of a file, and whether the system is Wine.
 *
 * @module
 */
import type { WordFunction } from "./backend.ts";
import type { Handle } from "./handle.ts";
import { type NativeCell, thread } from "./thread.ts";

/** FILE_INFORMATION_CLASS values whose information is one ULONG. */
export const FileAccessInformation = 8;
/** How the file was opened. */
export const FileModeInformation = 16;

/** Behind the IO_STATUS_BLOCK. */
const VALUE_AT = 16;

let query: WordFunction | undefined;
let memory: NativeCell | undefined;

/**
 * Asks for one class of a file's information.
 *
 * @returns The NTSTATUS, and the value if that is 0.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationfile
 */
export function queryFile(
  file: Handle,
  informationClass: number,
): { status: number; value: number } {
  const table = thread();
  query ??= table.bind("ntdll.dll", { NtQueryInformationFile: 5 })
    .NtQueryInformationFile;
  memory ??= table.cell();
  const { address, view } = memory;
  const status = query(
    file,
    address,
    address + BigInt(VALUE_AT),
    4n,
    BigInt(informationClass),
  );
  return {
    status: Number(BigInt.asUintN(32, status)),
    value: view.getUint32(VALUE_AT, true),
  };
}

let wine: boolean | undefined;

/** Whether the system is Wine, whose ntdll exports what Windows' does not. */
export function isWine(): boolean {
  if (wine !== undefined) return wine;
  try {
    thread().bind("ntdll.dll", { wine_get_version: 0 });
    return wine = true;
  } catch {
    return wine = false;
  }
}

/** The offsets of an RTL_OSVERSIONINFOW, and its size. */
const MAJOR_AT = 4;
const MINOR_AT = 8;
const BUILD_AT = 12;
const VERSION_SIZE = 276;

/**
 * Returns the version of Windows: "10.0.26100". GetVersionEx would return that
 * of the Windows that the runtime was built for.
 *
 * https://learn.microsoft.com/windows/win32/devnotes/rtlgetversion
 */
export function windowsVersion(): string {
  const table = thread();
  const info = new DataView(new ArrayBuffer(VERSION_SIZE));
  info.setUint32(0, VERSION_SIZE, true);
  table.bind("ntdll.dll", { RtlGetVersion: 1 })
    .RtlGetVersion(table.addressOf(info));
  return [MAJOR_AT, MINOR_AT, BUILD_AT]
    .map((at) => info.getUint32(at, true)).join(".");
}
