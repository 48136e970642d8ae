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
