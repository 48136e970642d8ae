// Compile-time tests of the raw layer's types: `deno check` fails if one of them
// does not hold.

import type { Handle } from "../../ffi/handle.ts";
import type { Kernel32, Pointer, WideString } from "../../ffi/kernel32.ts";
import type { RowOf } from "../../ffi/prototypes.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Does not compile unless its type argument is true. */
function holds<_Claim extends true>(): void {}

type Plain<F> = F extends (...args: infer Arguments) => infer Result
  ? (...args: Arguments) => Result
  : never;

/** Whether a row may be that of a function. */
type Fits<Name extends keyof Kernel32, Row> = Row extends RowOf<Kernel32[Name]>
  ? true
  : false;

// A row has the same arguments and the same result as the interface.
holds<Fits<"CloseHandle", ["bool", "hObject handle"]>>();
holds<Same<Fits<"CloseHandle", ["u32", "hObject handle"]>, false>>();
holds<Same<Fits<"CloseHandle", ["bool", "hObject handle?"]>, false>>();
holds<Same<Fits<"CloseHandle", ["bool", "hObject buffer 8"]>, false>>();
holds<Same<Fits<"CloseHandle", ["bool"]>, false>>();
holds<Same<Fits<"CloseHandle", ["bool", "a handle", "b handle"]>, false>>();
holds<
  Same<
    Plain<Kernel32["WriteFile"]>,
    (
      hFile: Handle,
      lpBuffer: Pointer | null,
      nNumberOfBytesToWrite: number,
      lpNumberOfBytesWritten: Pointer | null,
      lpOverlapped: Pointer | null,
    ) => boolean
  >
>();
holds<
  Same<
    Plain<Kernel32["CreateFileW"]>,
    (
      lpFileName: WideString,
      dwDesiredAccess: number,
      dwShareMode: number,
      lpSecurityAttributes: Pointer | null,
      dwCreationDisposition: number,
      dwFlagsAndAttributes: number,
      hTemplateFile: Handle | null,
    ) => Handle
  >
>();
holds<Same<Plain<Kernel32["SetLastError"]>, (dwErrCode: number) => void>>();
holds<Same<Pointer, ArrayBufferView | bigint>>();
holds<Same<WideString, string | ArrayBufferView | bigint>>();

/** Never called: its lines are right or wrong to the compiler alone. */
export function misuses(kernel32: Readonly<Kernel32>, file: Handle): void {
  const bytes = new Uint8Array(4);
  const count = new Uint32Array(1);
  const address = 0x1000n;

  kernel32.WriteFile(file, bytes, 4, count, null);
  kernel32.WriteFile(file, address, 4, address, address);
  kernel32.WriteFile(file, new DataView(bytes.buffer), 4, null, bytes);

  // @ts-expect-error A size or an address is no handle.
  kernel32.WriteFile(4096n, bytes, 4, count, null);
  // @ts-expect-error A handle is a bigint.
  kernel32.WriteFile(4, bytes, 4, count, null);
  // @ts-expect-error A handle is not null here.
  kernel32.WriteFile(null, bytes, 4, count, null);
  // @ts-expect-error An ArrayBuffer is no view.
  kernel32.WriteFile(file, bytes.buffer, 4, count, null);
  // @ts-expect-error A buffer is no string.
  kernel32.WriteFile(file, "text", 4, count, null);
  // @ts-expect-error A DWORD is a number.
  kernel32.WriteFile(file, bytes, 4n, count, null);
  // @ts-expect-error An address is a bigint.
  kernel32.WriteFile(file, bytes, 4, 0x1000, null);
  // @ts-expect-error No parameter may be left out, as in C.
  kernel32.WriteFile(file, bytes, 4, count);
  // @ts-expect-error There are five parameters.
  kernel32.WriteFile(file, bytes, 4, count, null, null);
  // @ts-expect-error undefined is not NULL.
  kernel32.WriteFile(file, bytes, 4, count, undefined);
  // @ts-expect-error A gather without an OVERLAPPED there is not.
  kernel32.WriteFileGather(file, bytes, 4096, null, null);
  // @ts-expect-error A BOOL is a boolean.
  kernel32.CreateEventW(null, 1, 0, null);
  // @ts-expect-error A LARGE_INTEGER is a bigint.
  kernel32.SetFilePointerEx(file, 0, null, 0);
  // @ts-expect-error SetLastError returns nothing.
  const nothing: number = kernel32.SetLastError(5);
  // @ts-expect-error kernel32 cannot be changed.
  kernel32.CloseHandle = () => true;
  // @ts-expect-error That is no function of kernel32.
  kernel32.WriteFlie(file, bytes, 4, count, null);
  void nothing;
}
