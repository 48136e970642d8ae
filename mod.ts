/**
 * Win32 file I/O for Deno and Bun: what `WriteFile` in kernel32 gives to C and
 * `System.IO.FileStream` to .NET.
 *
 * - {@linkcode openSync} opens files, pipes, volumes and devices: buffered or
 *   unbuffered, written through, shared or kept to oneself, locked by ranges.
 * - {@linkcode open} opens them for overlapped I/O: promises, many operations
 *   under way, cancellation, scatter/gather.
 * - {@linkcode kernel32} is the raw layer: the functions themselves, with the
 *   last error read in the same native frame as the call.
 * - `struct()` and the system's own structures are in `@kernel32/io/structs`.
 *
 * Importing the module loads nothing and needs no permission. The first call
 * loads kernel32, for which Deno wants `--allow-ffi`.
 *
 * @example Write a file through all caches
 * ```ts
 * import { openSync } from "@kernel32/io";
 *
 * using file = openSync("journal.tmp", {
 *   write: true,
 *   create: true,
 *   writeThrough: true,
 *   deleteOnClose: true,
 * });
 * file.writeAll(new TextEncoder().encode("begin\n"));
 * console.log(file.size()); // 6
 * ```
 *
 * @module
 */
export * from "./src/memory/align.ts";
export * from "./src/errors/codes.ts";
export * from "./src/errors/win32_error.ts";
export type { BaseFile } from "./src/file/base_file.ts";
export type { DeviceIoControlOptions } from "./src/file/control.ts";
export type { FileRange } from "./src/file/sparse.ts";
export type {
  OverlappedVolumeLock,
  VolumeLock,
} from "./src/file/volume_lock.ts";
export type {
  OverlappedControlFile,
  OverlappedControlOptions,
} from "./src/overlapped/control_file.ts";
export type {
  OverlappedCall,
  OverlappedCallOptions,
} from "./src/overlapped/caller_operation.ts";
export type { SyncControlFile } from "./src/sync/control_file.ts";
export type { FileStat } from "./src/file/file_info.ts";
export { fromHandle, type FromHandleOptions } from "./src/open/from_handle.ts";
export type { LockableFile } from "./src/overlapped/lockable_file.ts";
export type { InFlightLimit } from "./src/overlapped/in_flight_limiter.ts";
export { ctlCode } from "./src/win32/ctl_code.ts";
export * from "./src/win32/handle.ts";
export type { HandleOptions } from "./src/file/taken_handle.ts";
export type {
  LockOptions,
  LockRange,
  TryLockOptions,
} from "./src/file/lock.ts";
export { AlignedBuffer } from "./src/memory/aligned_buffer.ts";
export { clearPooledMemory } from "./src/memory/pooled_memory.ts";
export { type Diagnostics, diagnostics } from "./src/diagnostics.ts";
export { formatMessage } from "./src/errors/message.ts";
export * from "./src/errors/ntstatus.ts";
export type { FileMode } from "./src/file/mode.ts";
export { open, openSync } from "./src/open/open.ts";
export type {
  ImpersonationLevel,
  OpenOptions,
  OverlappedOptions,
  ShareMode,
} from "./src/open/options.ts";
export type {
  OverlappedFileOptions,
  SignalOptions,
  TransferOptions,
} from "./src/overlapped/options.ts";
export type { OverlappedConnection } from "./src/overlapped/overlapped_connection.ts";
export { OverlappedFile } from "./src/overlapped/overlapped_file.ts";
export type { StreamableFile } from "./src/streams/streamable_file.ts";
export { type FileUrl, toWin32Path } from "./src/file/path.ts";
export type { RenameOptions } from "./src/file/rename.ts";
export {
  writeFileAtomic,
  type WriteFileAtomicOptions,
} from "./src/whole_file/write_file_atomic.ts";
export {
  getLastWin32Error,
  kernel32,
  type LastErrorCapture,
  lastErrorCapture,
} from "./src/raw.ts";
export type { Kernel32, Pointer, WideString } from "./src/raw.ts";
export { connectPipe } from "./src/pipe/connect_pipe.ts";
export type {
  ConnectPipeOptions,
  ListenPipeOptions,
  PipeAccess,
  PipeDirection,
  PipeMode,
} from "./src/pipe/options.ts";
export type {
  PipeConnection,
  PipeReadableOptions,
  ReadMessageOptions,
} from "./src/pipe/pipe_connection.ts";
export { listenPipe, type PipeListener } from "./src/pipe/pipe_listener.ts";
export {
  SerialLineError,
  type SerialLineErrorName,
} from "./src/serial/line_error.ts";
export { openSerial } from "./src/serial/open_serial.ts";
export type {
  OpenSerialOptions,
  ReconfigureOptions,
  SerialFlowControl,
  SerialInputSignals,
  SerialOutputSignals,
  SerialParity,
  SerialSettingsOptions,
} from "./src/serial/options.ts";
export { type SerialPortInfo, serialPorts } from "./src/serial/serial_ports.ts";
export type { SerialDirection, SerialPort } from "./src/serial/serial_port.ts";
export type { PositionOptions, SeekOrigin } from "./src/file/position.ts";
export type { ReadableOptions } from "./src/streams/readable.ts";
export type { SectorSize } from "./src/file/sector_size.ts";
export type { StreamOptions } from "./src/streams/stream_options.ts";
export { SyncFile } from "./src/sync/sync_file.ts";
export type { WritableOptions } from "./src/streams/writable.ts";
