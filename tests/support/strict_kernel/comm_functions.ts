import { ERROR_INVALID_HANDLE } from "../../../src/errors/codes.ts";
import { ERROR_INVALID_FUNCTION } from "./constants.ts";
import { fail } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { Console, SerialPort, type Timeouts } from "./serial_port.ts";

/** The serial port of a handle; other devices do not know the control codes of one. */
function portOf(kernel: StrictKernel, handle: bigint): SerialPort {
  const { target } = kernel.handles.get(handle, OpenFile);
  return target instanceof SerialPort ? target : fail(ERROR_INVALID_FUNCTION);
}

const TIMEOUTS_SIZE = 20;

export const commFunctions: Readonly<Record<string, KernelFunction>> = {
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommstate
  GetCommState(kernel, handle, dcb) {
    const { state } = portOf(kernel, handle!);
    const view = kernel.memory.view(dcb!, state.length);
    new Uint8Array(view.buffer, view.byteOffset, state.length).set(state);
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommstate
  SetCommState(kernel, handle, dcb) {
    const port = portOf(kernel, handle!);
    const { buffer, byteOffset } = kernel.memory.view(dcb!, port.state.length);
    port.state = new Uint8Array(buffer, byteOffset, port.state.length).slice();
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommtimeouts
  GetCommTimeouts(kernel, handle, timeouts) {
    const port = portOf(kernel, handle!);
    const view = kernel.memory.view(timeouts!, TIMEOUTS_SIZE);
    port.timeouts.forEach((value, i) => view.setUint32(4 * i, value, true));
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommtimeouts
  SetCommTimeouts(kernel, handle, timeouts) {
    const port = portOf(kernel, handle!);
    const view = kernel.memory.view(timeouts!, TIMEOUTS_SIZE);
    const words = [0, 1, 2, 3, 4].map((i) => view.getUint32(4 * i, true));
    port.timeouts = words as unknown as Timeouts;
    kernel.io.pending.retry();
    return 1n;
  },
  // https://learn.microsoft.com/windows/console/getconsolemode
  GetConsoleMode(kernel, handle, mode) {
    const { target } = kernel.handles.get(handle!, OpenFile);
    if (!(target instanceof Console)) return fail(ERROR_INVALID_HANDLE);
    kernel.memory.view(mode!, 4).setUint32(0, 0x1F7, true);
    return 1n;
  },
};
