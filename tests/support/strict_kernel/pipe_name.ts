import {
  ERROR_ACCESS_DENIED,
  ERROR_PIPE_BUSY,
} from "../../../src/errors/codes.ts";
import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_WRITE_DATA,
} from "../../../src/win32/constants.ts";
import { fail } from "./failure.ts";
import type { Device } from "./namespace.ts";
import type { OpenMode, Target } from "./open_file.ts";
import {
  checkAccess,
  type Process,
  type SecurityDescriptor,
} from "./process.ts";
import { PipeInstance } from "./pipe.ts";
import type { Blocking } from "./thread.ts";

/** What the first instance of a pipe fixes for all. */
export interface PipeOptions {
  readonly isMessageType: boolean;
  /** PIPE_ACCESS_INBOUND, _OUTBOUND or _DUPLEX. */
  readonly direction: number;
  readonly maxInstances: number;
  readonly inQuota: number;
  readonly outQuota: number;
  readonly defaultTimeout: number;
}

/** A name of a pipe, and its instances. It is there as long as one of them is. */
export class PipeName implements Device {
  readonly options: PipeOptions;
  /** Who may open it, as the first instance says. */
  readonly security: SecurityDescriptor;
  readonly instances: PipeInstance[] = [];
  /** Clients that wait for an instance. */
  readonly waits: Blocking[] = [];
  readonly #retry: () => void;
  readonly #gone: () => void;

  /**
   * @param retry Tries again what waits for something to happen.
   * @param gone Removes the name.
   */
  constructor(
    options: PipeOptions,
    security: SecurityDescriptor,
    retry: () => void,
    gone: () => void,
  ) {
    this.options = options;
    this.security = security;
    this.#retry = retry;
    this.#gone = gone;
  }

  /** Makes an instance, which listens. https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew */
  create(
    readsMessages: boolean,
    waits: boolean,
    process: Process,
  ): PipeInstance {
    // More than nMaxInstances: ERROR_PIPE_BUSY
    if (this.instances.length >= this.options.maxInstances) {
      fail(ERROR_PIPE_BUSY);
    }
    const instance = new PipeInstance(this, readsMessages, waits, process);
    this.instances.push(instance);
    this.retry();
    return instance;
  }

  /** The instance that takes the next client. */
  get listening(): PipeInstance | undefined {
    return this.instances.find(({ state }) => state === "listening");
  }

  /** A client opens the name. https://learn.microsoft.com/windows/win32/ipc/named-pipe-client */
  open(mode: OpenMode, process: Process): Target {
    const { direction } = this.options;
    // FILE_CREATE_PIPE_INSTANCE is not asked of clients: NpCreateClientEnd in ReactOS' npfs/create.c
    checkAccess(this.security, process, mode.access & ~FILE_APPEND_DATA);
    // The direction is the server's view: https://learn.microsoft.com/windows/win32/ipc/named-pipe-open-modes
    const reads = (mode.access & FILE_READ_DATA) !== 0;
    const writes = (mode.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) !== 0;
    if ((reads && (direction & 2) === 0) || (writes && (direction & 1) === 0)) {
      fail(ERROR_ACCESS_DENIED);
    }
    return (this.listening ?? fail(ERROR_PIPE_BUSY)).connect(process);
  }

  /** An instance is gone. */
  remove(instance: PipeInstance): void {
    this.instances.splice(this.instances.indexOf(instance), 1);
    if (this.instances.length === 0) this.#gone();
  }

  /** Something has happened. */
  retry(): void {
    if (this.listening !== undefined) {
      for (const wait of this.waits.splice(0)) {
        wait.end(() => 1n);
      }
    }
    this.#retry();
  }
}
