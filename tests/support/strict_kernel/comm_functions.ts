import {
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
} from "../../../src/errors/codes.ts";
import { COMMPROP, COMMTIMEOUTS, COMSTAT, DCB } from "../../../src/structs.ts";
import {
  CLRBREAK,
  CLRDTR,
  CLRRTS,
  DTR_CONTROL_HANDSHAKE,
  EV_EVENT2,
  MS_CTS_ON,
  MS_DSR_ON,
  MS_RING_ON,
  MS_RLSD_ON,
  PURGE_RXABORT,
  PURGE_RXCLEAR,
  PURGE_TXABORT,
  PURGE_TXCLEAR,
  RTS_CONTROL_HANDSHAKE,
  SETBREAK,
  SETDTR,
  SETRTS,
  SETXOFF,
  SETXON,
} from "../../../src/win32/comm_constants.ts";
import { Console } from "./console.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { IOCTL_SERIAL_WAIT_ON_MASK, SerialPort } from "./serial_port.ts";
import { checkDcb, checkTimeouts } from "./serial_settings.ts";
import { u32 } from "./words.ts";

/** The serial port of a handle; other devices do not know the control codes of one. */
function portOf(
  kernel: StrictKernel,
  handle: bigint,
  isClearing = false,
): SerialPort {
  const { target } = kernel.handles.get(handle, OpenFile);
  if (!(target instanceof SerialPort)) return fail(ERROR_INVALID_FUNCTION);
  target.checkUsable(isClearing);
  return target;
}

/** The bytes at an address. */
function bytesAt(kernel: StrictKernel, address: bigint, size: number) {
  const { buffer, byteOffset } = kernel.memory.view(address, size);
  return new Uint8Array(buffer, byteOffset, size);
}

/** The structure that stands at an address. */
function read<T>(
  kernel: StrictKernel,
  layout: { readonly size: number; read(bytes: Uint8Array): T },
  address: bigint,
): T {
  return layout.read(bytesAt(kernel, address, layout.size).slice());
}

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-escapecommfunction */
function escape(port: SerialPort, code: number): bigint {
  const { fDtrControl, fRtsControl } = port.dcb.Flags;
  switch (code) {
    case SETXOFF:
    case SETXON:
      port.hold(code === SETXOFF);
      return 1n;
    case SETRTS:
    case CLRRTS:
      // "If handshaking is enabled, it is an error for the application to adjust the line by using the EscapeCommFunction
      // function.": ns-winbase-dcb; toggling, too: WDS serial/ioctl.c, IOCTL_SERIAL_SET_RTS
      if (fRtsControl >= RTS_CONTROL_HANDSHAKE) fail(ERROR_INVALID_PARAMETER);
      port.setOutput("rts", code === SETRTS);
      return 1n;
    case SETDTR:
    case CLRDTR:
      if (fDtrControl === DTR_CONTROL_HANDSHAKE) fail(ERROR_INVALID_PARAMETER);
      port.setOutput("dtr", code === SETDTR);
      return 1n;
    case SETBREAK:
    case CLRBREAK:
      port.setOutput("break", code === SETBREAK);
      return 1n;
    default:
      return fail(ERROR_INVALID_PARAMETER);
  }
}

export const commFunctions: Readonly<Record<string, KernelFunction>> = {
  ClearCommBreak: (kernel, handle) => escape(portOf(kernel, handle!), CLRBREAK),
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommerror
  ClearCommError(kernel, handle, errors, stat) {
    const port = portOf(kernel, handle!, true);
    if (errors !== 0n) {
      kernel.memory.view(errors!, 4).setUint32(0, port.errors, true);
    }
    port.errors = 0;
    if (stat !== 0n) {
      const view = kernel.memory.view(stat!, COMSTAT.size);
      port.status().forEach((word, i) => view.setUint32(4 * i, word, true));
    }
    return 1n;
  },
  EscapeCommFunction: (kernel, handle, code) =>
    escape(portOf(kernel, handle!), u32(code!)),
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmask
  GetCommMask(kernel, handle, mask) {
    const port = portOf(kernel, handle!);
    kernel.memory.view(mask!, 4).setUint32(0, port.mask, true);
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmodemstatus
  GetCommModemStatus(kernel, handle, status) {
    const { cts, dsr, ring, carrier } = portOf(kernel, handle!).inputs;
    const bits = (cts ? MS_CTS_ON : 0) | (dsr ? MS_DSR_ON : 0) |
      (ring ? MS_RING_ON : 0) | (carrier ? MS_RLSD_ON : 0);
    kernel.memory.view(status!, 4).setUint32(0, bits, true);
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommproperties
  GetCommProperties(kernel, handle, properties) {
    const port = portOf(kernel, handle!);
    bytesAt(kernel, properties!, COMMPROP.size).set(COMMPROP.create({
      wPacketLength: COMMPROP.size,
      wPacketVersion: 2,
      dwServiceMask: 1, // SP_SERIALCOMM
      dwMaxBaud: 0x1000_0000, // BAUD_USER
      dwProvSubType: 1, // PST_RS232
      dwSettableBaud: 0x1000_0000,
      wSettableData: 0x0F, // DATABITS_5 to DATABITS_8
      wSettableStopParity: 0x1F07,
      dwCurrentRxQueue: port.inputSize,
    }));
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommstate
  GetCommState(kernel, handle, address) {
    const { dcb } = portOf(kernel, handle!);
    const bytes = bytesAt(kernel, address!, DCB.size);
    // "The caller must set this member to sizeof(DCB).": ns-winbase-dcb
    if (DCB.read(bytes).DCBlength !== DCB.size) fail(ERROR_INVALID_PARAMETER);
    bytes.set(DCB.create(dcb));
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommtimeouts
  GetCommTimeouts(kernel, handle, address) {
    const { timeouts } = portOf(kernel, handle!);
    bytesAt(kernel, address!, COMMTIMEOUTS.size).set(
      COMMTIMEOUTS.create(timeouts),
    );
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-purgecomm
  PurgeComm(kernel, handle, flags) {
    const port = portOf(kernel, handle!);
    const bits = u32(flags!);
    // WDS serial/ioctl.c, IOCTL_SERIAL_PURGE
    if (bits === 0 || (bits & ~0xF) !== 0) fail(ERROR_INVALID_PARAMETER);
    const has = (flag: number) => (bits & flag) !== 0;
    port.purge(
      { reads: has(PURGE_RXABORT), writes: has(PURGE_TXABORT) },
      { input: has(PURGE_RXCLEAR), output: has(PURGE_TXCLEAR) },
    );
    return 1n;
  },
  SetCommBreak: (kernel, handle) => escape(portOf(kernel, handle!), SETBREAK),
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommmask
  SetCommMask(kernel, handle, mask) {
    const port = portOf(kernel, handle!);
    // WDS serial/ioctl.c, IOCTL_SERIAL_SET_WAIT_MASK
    if (u32(mask!) >= 2 * EV_EVENT2) fail(ERROR_INVALID_PARAMETER);
    port.setMask(u32(mask!));
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommstate
  SetCommState(kernel, handle, address) {
    const port = portOf(kernel, handle!);
    const dcb = read(kernel, DCB, address!);
    checkDcb(dcb, port.inputSize);
    port.setState(dcb);
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommtimeouts
  SetCommTimeouts(kernel, handle, address) {
    const port = portOf(kernel, handle!);
    const timeouts = read(kernel, COMMTIMEOUTS, address!);
    checkTimeouts(timeouts);
    port.timeouts = timeouts;
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setupcomm
  SetupComm(kernel, handle, input, output) {
    const port = portOf(kernel, handle!);
    port.setQueueSizes({ in: u32(input!), out: u32(output!) });
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-waitcommevent
  WaitCommEvent(kernel, handle, mask, overlapped) {
    portOf(kernel, handle!);
    const open = kernel.handles.get(handle!, OpenFile);
    if (!open.mode.overlapped && overlapped !== 0n) {
      throw new KernelViolation(
        "WaitCommEvent has an OVERLAPPED, and the handle is no overlapped one",
      );
    }
    return kernel.io.start({
      kind: "control",
      open,
      offset: 0,
      length: 4,
      data: [{ address: mask!, length: 4 }],
      overlapped: overlapped!,
      flags: IOCTL_SERIAL_WAIT_ON_MASK,
    });
  },
  // https://learn.microsoft.com/windows/console/getconsolemode
  GetConsoleMode(kernel, handle, mode) {
    const { target } = kernel.handles.get(handle!, OpenFile);
    if (!(target instanceof Console)) return fail(ERROR_INVALID_HANDLE);
    kernel.memory.view(mode!, 4).setUint32(0, 0x1F7, true);
    return 1n;
  },
};
