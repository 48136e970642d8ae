/**
 * Locks of volumes.
 *
 * @module
 */
import { ERROR_ACCESS_DENIED } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  FSCTL_DISMOUNT_VOLUME,
  FSCTL_LOCK_VOLUME,
  FSCTL_UNLOCK_VOLUME,
} from "../win32/constants.ts";

/** Code, and what makes an error of a refused one clearer. */
interface VolumeCode {
  readonly code: number;
  readonly hint?: string;
}

/** Locks a volume. */
export const LOCK: VolumeCode = {
  code: FSCTL_LOCK_VOLUME,
  hint: "Files of the volume are open, or the program has no right to it.",
};
/** Unlocks a volume. */
export const UNLOCK: VolumeCode = { code: FSCTL_UNLOCK_VOLUME };
/** Dismounts a volume. */
const DISMOUNT: VolumeCode = { code: FSCTL_DISMOUNT_VOLUME };

/** Returns the error of a refused code with its hint. */
export function explained(error: unknown, { hint }: VolumeCode): unknown {
  if (!(error instanceof Win32Error)) return error;
  if (error.win32 !== ERROR_ACCESS_DENIED) return error;
  const { syscall, win32, path } = error;
  return new Win32Error(syscall, win32, { path, hint });
}

/**
 * The lock of a volume, from `lockVolume()`: no other program can open files of the
 * volume, and its sectors can be written.
 */
export class VolumeLock implements Disposable {
  readonly #send: (code: VolumeCode) => void;
  #isHeld = true;

  /**
   * Takes what sends codes to the locked volume; nothing once it is closed.
   *
   * @internal
   */
  constructor(send: (code: VolumeCode) => void) {
    this.#send = send;
  }

  /**
   * Dismounts the file system: the system forgets what it knows of the volume,
   * and reads it anew when a file of it is next opened. To be called before
   * sectors of a file system are written.
   *
   * @throws {TypeError} If the lock has been released.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} What the file system reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_dismount_volume
   */
  dismount(): void {
    if (!this.#isHeld) throw releasedError();
    this.#send(DISMOUNT);
  }

  /** Unlocks the volume; nothing if it has been, or the file is closed. */
  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#send(UNLOCK);
  }
}

/** The lock of a volume whose file is overlapped. */
export class OverlappedVolumeLock implements AsyncDisposable {
  readonly #send: (code: VolumeCode) => Promise<void>;
  #isHeld = true;

  /**
   * Takes what sends codes to the locked volume; nothing once it is closed.
   *
   * @internal
   */
  constructor(send: (code: VolumeCode) => Promise<void>) {
    this.#send = send;
  }

  /**
   * Dismounts the file system, as {@linkcode VolumeLock.dismount} does.
   *
   * @throws {TypeError} If the lock has been released.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} What the file system reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_dismount_volume
   */
  async dismount(): Promise<void> {
    if (!this.#isHeld) throw releasedError();
    await this.#send(DISMOUNT);
  }

  /** Unlocks the volume; nothing if it has been, or the file is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    await this.#send(UNLOCK);
  }
}

function releasedError(): TypeError {
  return new TypeError(
    "dismount() needs the lock of the volume, which has been released: " +
      "lockVolume() returns a new one",
  );
}
