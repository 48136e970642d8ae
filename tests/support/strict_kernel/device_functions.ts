import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { KernelViolation } from "./failure.ts";
import { OpenFile } from "./open_file.ts";
import type { Blocking } from "./thread.ts";
import { u32 } from "./words.ts";

/** https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol */
function control(kernel: StrictKernel, ...words: bigint[]): bigint | Blocking {
  const [
    handle,
    code,
    input,
    inputLength,
    output,
    outputLength,
    counted,
    overlapped,
  ] = words;
  const open = kernel.handles.get(handle!, OpenFile);
  // lpBytesReturned may be NULL only with an OVERLAPPED: the page above.
  if (counted === 0n && overlapped === 0n) {
    throw new KernelViolation("lpBytesReturned and lpOverlapped are both NULL");
  }
  const size = u32(inputLength!);
  const view = size === 0 ? undefined : kernel.memory.view(input!, size);
  const request = {
    kind: "control" as const,
    open,
    offset: 0,
    length: u32(outputLength!),
    data: u32(outputLength!) === 0
      ? []
      : [{ address: output!, length: u32(outputLength!) }],
    overlapped: overlapped!,
    flags: u32(code!),
    input: view === undefined
      ? new Uint8Array(0)
      : new Uint8Array(view.buffer, view.byteOffset, size).slice(),
  };
  return kernel.io.start(request, (count) => {
    if (counted !== 0n) {
      kernel.memory.view(counted!, 4).setUint32(0, count, true);
    }
  });
}

export const deviceFunctions: Readonly<Record<string, KernelFunction>> = {
  DeviceIoControl: control,
};
