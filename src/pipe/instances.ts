/**
 * Instances of a named pipe, as a server creates them.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_ACCESS_DENIED, ERROR_PIPE_BUSY } from "../errors/codes.ts";
import {
  getLastWin32Error,
  preservingLastError,
} from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { AlignedBuffer } from "../memory/aligned_buffer.ts";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  OPEN_EXISTING,
  PIPE_ACCESS_DUPLEX,
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_READMODE_MESSAGE,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_MESSAGE,
  PIPE_UNLIMITED_INSTANCES,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import type { ListenSettings, PipeDirection } from "./options.ts";
import { securityAttributes } from "./security.ts";

const OPEN_MODES: Readonly<Record<PipeDirection, number>> = {
  duplex: PIPE_ACCESS_DUPLEX,
  in: PIPE_ACCESS_INBOUND,
  out: PIPE_ACCESS_OUTBOUND,
};

/** The instances of one name. */
export class Instances {
  readonly #path: string;
  readonly #settings: ListenSettings;
  readonly #security: AlignedBuffer;

  /** @throws {Win32Error} If the security descriptor cannot be made. */
  constructor(path: string, settings: ListenSettings) {
    this.#path = path;
    this.#settings = settings;
    this.#security = securityAttributes(settings.allow);
  }

  /**
   * Creates an instance, for a client to open. The limit is the listener's: one
   * in the system would count instances that a client holds open.
   *
   * @throws {Win32Error} What CreateNamedPipeW reports.
   */
  create(moreFlags = 0): Handle {
    const { mode, direction, bufferSize, remote } = this.#settings;
    const isMessage = mode === "message";
    const handle = kernel32.CreateNamedPipeW(
      this.#path,
      (OPEN_MODES[direction] | FILE_FLAG_OVERLAPPED | moreFlags) >>> 0,
      (isMessage ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : 0) |
        (remote ? 0 : PIPE_REJECT_REMOTE_CLIENTS),
      PIPE_UNLIMITED_INSTANCES,
      bufferSize,
      bufferSize,
      0,
      this.#security.address,
    );
    if (handle !== INVALID_HANDLE_VALUE) return handle;
    throw Win32Error.last("CreateNamedPipeW", { path: this.#path });
  }

  /**
   * Takes the name: creates an instance that no client can open and that keeps
   * the name there while no other instance does. It is disconnected, by having
   * had a client of our own.
   *
   * @param onForeign Takes an instance that another client was faster to open.
   * @returns The instance.
   * @throws {Win32Error} If the name is taken, with the code EADDRINUSE.
   */
  hold(onForeign: (instance: Handle) => void): Handle {
    let instance = this.#createFirst();
    try {
      while (!this.#isOpenedByUs()) {
        const next = this.create();
        onForeign(instance);
        instance = next;
      }
      // Wine ignores FILE_FLAG_FIRST_PIPE_INSTANCE: the client has found an
      // instance of another server.
      if (kernel32.DisconnectNamedPipe(instance)) return instance;
      throw nameTakenError("DisconnectNamedPipe", this.#path);
    } catch (error) {
      preservingLastError(() => kernel32.CloseHandle(instance));
      throw error;
    }
  }

  /** Releases what instances are created with. */
  free(): void {
    this.#security.free();
  }

  #createFirst(): Handle {
    try {
      return this.create(FILE_FLAG_FIRST_PIPE_INSTANCE);
    } catch (error) {
      // "… the creation of the next instance fails with ERROR_ACCESS_DENIED",
      // or with ERROR_PIPE_BUSY where its server has created all it wants.
      const isTaken = error instanceof Win32Error &&
        [ERROR_ACCESS_DENIED, ERROR_PIPE_BUSY].includes(error.win32);
      throw isTaken ? nameTakenError(error.syscall, this.#path) : error;
    }
  }

  /**
   * Opens the name without any right to data, and closes it again.
   *
   * @returns False if other clients have opened all instances.
   * @throws {Win32Error} ERROR_ACCESS_DENIED if the descriptor lets this
   * process create no instances.
   */
  #isOpenedByUs(): boolean {
    const client = kernel32.CreateFileW(
      this.#path,
      0,
      0,
      null,
      OPEN_EXISTING,
      SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS,
      null,
    );
    if (client !== INVALID_HANDLE_VALUE) return kernel32.CloseHandle(client);
    if (getLastWin32Error() === ERROR_PIPE_BUSY) return false;
    throw Win32Error.last("CreateFileW", {
      path: this.#path,
      hint: "The server itself opens its pipe once: allow.sddl must let it, " +
        'as "D:P(A;;FA;;;OW)" lets the owner.',
    });
  }
}

function nameTakenError(syscall: string, path: string): Win32Error {
  return Win32Error.last(syscall, {
    path,
    code: "EADDRINUSE",
    hint: "Another server has the name, or clients of an earlier one still " +
      "have connections.",
  });
}
