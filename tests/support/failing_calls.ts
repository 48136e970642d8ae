import type { Handle } from "../../ffi/handle.ts";
import type { Kernel32 } from "../../ffi/kernel32.ts";

/** A call that fails, with a code that is known beforehand. */
export interface FailingCall {
  readonly name: string;
  readonly code: number;
  fail(): void;
}

/** A handle that this process does not have. */
const NO_FILE = 0x7FFF_FFF0n as Handle;
const NO_HANDLE = 0n as Handle;

/** NTSTATUS values, and the codes that an operation fails with for them. */
export const STATUSES: readonly (readonly [status: number, code: number])[] = [
  [0x0000_0103, 996],
  [0xC000_0011, 38],
  [0xC000_0120, 995],
  [0xC000_007F, 112],
  [0xC000_0022, 5],
  [0xC000_0043, 32],
];

/**
 * Calls with as many codes as possible, so that a code of the call before would
 * be noticed. They stay in user space and cost a microsecond at most.
 */
export function failingCalls(kernel32: Kernel32): readonly FailingCall[] {
  const count = new Uint8Array(4);
  const text = new Uint16Array(8);
  return [
    ...STATUSES.map(([status, code]) => {
      const overlapped = new Uint8Array(32);
      new DataView(overlapped.buffer).setUint32(0, status, true);
      return {
        name: `GetOverlappedResult of 0x${status.toString(16)}`,
        code,
        fail: () =>
          void kernel32.GetOverlappedResult(
            NO_HANDLE,
            overlapped,
            count,
            false,
          ),
      };
    }),
    {
      name: "GetStdHandle of a handle that is none of the three",
      code: 6,
      fail: () => void kernel32.GetStdHandle(1),
    },
    {
      name: "SetFilePointerEx by a method that there is not",
      code: 87,
      fail: () => void kernel32.SetFilePointerEx(NO_FILE, 0n, null, 9),
    },
    {
      name: "FormatMessageW of a message that there is not",
      code: 317,
      fail: () =>
        void kernel32.FormatMessageW(
          0x1200,
          null,
          0x2FFF_FFFF,
          0,
          text,
          8,
          null,
        ),
    },
  ];
}

/**
 * The call of the main job, on a handle that this process does not have. It
 * goes into the kernel and costs 70 µs under Wine.
 */
export function failingWrite(kernel32: Kernel32): FailingCall {
  const byte = new Uint8Array(1);
  const count = new Uint8Array(4);
  return {
    name: "WriteFile to no file",
    code: 6,
    fail: () => void kernel32.WriteFile(NO_FILE, byte, 1, count, null),
  };
}
