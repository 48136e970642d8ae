/**
 * What only ntdll offers: how a file was opened and where its file pointer is,
 * and whether the system is Wine.
 *
 * @module
 */
import { argumentOffset, BLOCK, RESULT } from "./capture/block.ts";
import type { Handle } from "./handle.ts";
import { type Frame, thread } from "./thread.ts";

/** FILE_INFORMATION_CLASS values: the access rights of the handle, a ULONG. */
export const FileAccessInformation = 8;
/** Where the file pointer is, a LARGE_INTEGER. */
export const FilePositionInformation = 14;
/** How the file was opened, a ULONG. */
export const FileModeInformation = 16;

/** The words of arguments that the function does not have: an IO_STATUS_BLOCK. */
const STATUS_BLOCK = /* @__PURE__ */ argumentOffset(5);
const VALUE = BLOCK.value * 8;
const VALUE_SIZE = 8;

let query: Frame | undefined;

/** Binds what `queryFile()` calls: Deno asks for its permission here. */
export function prepareQueries(): Frame {
  if (query !== undefined) return query;
  const frame = thread().frame("NtQueryInformationFile", 5, "ntdll.dll");
  const { address, view } = frame;
  view.setBigUint64(argumentOffset(1), address + BigInt(STATUS_BLOCK), true);
  view.setBigUint64(argumentOffset(2), address + BigInt(VALUE), true);
  view.setUint32(argumentOffset(3), VALUE_SIZE, true);
  return query = frame;
}

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
): { status: number; value: bigint } {
  const { view, call0 } = prepareQueries();
  view.setBigUint64(argumentOffset(0), file, true);
  view.setUint32(argumentOffset(4), informationClass, true);
  view.setBigUint64(VALUE, 0n, true);
  call0();
  return {
    status: view.getUint32(RESULT, true),
    value: view.getBigUint64(VALUE, true),
  };
}

let wine: boolean | undefined;

/** Whether the system is Wine, whose ntdll exports what Windows' does not. */
export function isWine(): boolean {
  if (wine !== undefined) return wine;
  try {
    thread().backend.bind("ntdll.dll", { wine_get_version: 0 });
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
  const { backend } = thread();
  const info = new DataView(new ArrayBuffer(VERSION_SIZE));
  info.setUint32(0, VERSION_SIZE, true);
  backend.bind("ntdll.dll", { RtlGetVersion: 1 })
    .RtlGetVersion(backend.addressOf(info));
  return [MAJOR_AT, MINOR_AT, BUILD_AT]
    .map((at) => info.getUint32(at, true)).join(".");
}
