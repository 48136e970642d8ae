/**
 * Servers of named pipes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_NO_DATA, ERROR_PIPE_CONNECTED } from "../errors/codes.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import { listen, reasonOf, unlisten } from "../file/signal.ts";
import { completionPort } from "../overlapped/completion_port.ts";
import { ControlOperation } from "../overlapped/control_operation.ts";
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import {
  bindConnection,
  type OverlappedHandle,
} from "../overlapped/overlapped_handle.ts";
import { Instances } from "./instances.ts";
import {
  type ListenPipeOptions,
  type ListenSettings,
  listenSettings,
} from "./options.ts";
import { PipeConnection } from "./pipe_connection.ts";
import { checkPipeName } from "./pipe_name.ts";

/** A call of `accept()` that waits. */
interface Acceptor {
  resolve(connection: PipeConnection): void;
  reject(error: unknown): void;
}

/**
 * A server of a named pipe: what `listenPipe()` returns.
 *
 * The name exists from `listenPipe()` to `close()`, and one instance always
 * listens while fewer than `maxInstances` clients are connected: a client finds
 * the name, and one that is told that all instances are busy need only try
 * again. What a client does ends its own connection, and never the listener.
 */
export class PipeListener
  implements AsyncIterable<PipeConnection>, AsyncDisposable {
  /** The name of the pipe. */
  readonly path: string;
  readonly #settings: ListenSettings;
  readonly #instances: Instances;
  /** An instance that keeps the name there. */
  readonly #holder: Handle;
  /** Instances that no client has opened so far, and when that ends. */
  readonly #listening = new Map<OverlappedHandle, Promise<void>>();
  /** Clients that have not been accepted. */
  readonly #connected: PipeConnection[] = [];
  readonly #acceptors = new Set<Acceptor>();
  /** How many connections are open, accepted or not. */
  #open = 0;
  /** Made here, where its scope leads to no connection: it outlives them. */
  readonly #onClosed = () => {
    this.#open--;
    this.#refill();
  };
  #closing: Promise<void> | undefined;

  /**
   * Takes the name, and listens.
   *
   * @internal
   */
  constructor(path: string, settings: ListenSettings) {
    this.path = path;
    this.#settings = settings;
    const instances = this.#instances = new Instances(path, settings);
    const foreign: Handle[] = [];
    try {
      this.#holder = instances.hold((instance) => foreign.push(instance));
    } catch (error) {
      for (const instance of foreign) kernel32.CloseHandle(instance);
      instances.free();
      throw error;
    }
    try {
      for (const instance of foreign.splice(0)) this.#listen(instance);
      this.#fill();
    } catch (error) {
      this.#closing = this.#close();
      this.#closing.catch(() => {}); // The first error is thrown.
      throw error;
    }
  }

  /** Whether the listener has been closed. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Waits for a client. Clients are accepted in the order in which they came.
   *
   * @param options A signal.
   * @returns The connection. Close it: it counts until then. The client may have
   * left already, which is the end for `read()`.
   * @throws {TypeError} If an option is wrong.
   * @throws {FileClosedError} If the listener has been closed, or is before a
   * client comes.
   * @throws {Win32Error} ERROR_NO_SYSTEM_RESOURCES and others if no instance can
   * be created. The listener stays open, and the next call tries again.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe
   *
   * @example Give up after a while
   * ```ts
   * import { listenPipe } from "@kernel32/io";
   *
   * await using listener = listenPipe("\\\\.\\pipe\\accept-example");
   * try {
   *   await listener.accept({ signal: AbortSignal.timeout(50) });
   * } catch (error) {
   *   console.log((error as Error).name); // TimeoutError
   * }
   * ```
   */
  async accept(options: SignalOptions = {}): Promise<PipeConnection> {
    if (this.closed) throw new FileClosedError("accept", this.path);
    const signal = checkedSignal("accept", options);
    const connection = this.#connected.shift();
    if (connection !== undefined) return connection;
    this.#fill();
    return await this.#nextClient(signal);
  }

  /**
   * Accepts clients until the listener is closed.
   *
   * @returns The connections, each to be closed.
   * @throws {Error} What `accept()` throws, but for the end.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<PipeConnection, void, void> {
    while (!this.closed) {
      let connection: PipeConnection;
      try {
        connection = await this.accept();
      } catch (error) {
        if (this.closed && error instanceof FileClosedError) return;
        throw error;
      }
      yield connection;
    }
  }

  /**
   * Listens no more: calls of `accept()` that wait reject, and clients that were
   * not accepted are closed. Connections that were accepted stay open, and with
   * them the name: clients get ERROR_PIPE_BUSY until they are closed.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if something else has closed one
   * of its handles; the others are closed all the same.
   */
  async close(): Promise<void> {
    if (this.closed) throw new FileClosedError("close", this.path);
    this.#closing = this.#close();
    await this.#closing;
  }

  /** Closes the listener, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#closing ?? this.close());
  }

  async #close(): Promise<void> {
    for (const { reject } of this.#acceptors) {
      reject(new FileClosedError("accept", this.path));
    }
    const ends = [...this.#listening].map(async ([instance, ended]) => {
      await instance.drain();
      await ended;
    });
    ends.push(...this.#connected.splice(0).map((unwanted) => unwanted.close()));
    // Without any, the name is free when the call returns.
    const outcomes = ends.length > 0 ? await Promise.allSettled(ends) : [];
    try {
      preservingLastError(() => {
        if (kernel32.CloseHandle(this.#holder)) return;
        throw Win32Error.last("CloseHandle", { path: this.path });
      });
    } finally {
      this.#instances.free();
    }
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
  }

  #nextClient(signal: AbortSignal | undefined): Promise<PipeConnection> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#acceptors.delete(acceptor);
        unlisten(signal, onAbort);
      };
      const acceptor: Acceptor = {
        resolve: (connection) => {
          end();
          resolve(connection);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      const onAbort = () => acceptor.reject(reasonOf(signal!));
      this.#acceptors.add(acceptor);
      listen(signal, onAbort);
    });
  }

  /** Has an instance listen, if none does and there may be one more. */
  #fill(): void {
    if (this.#listening.size > 0) return;
    if (this.#open >= this.#settings.maxInstances) return;
    preservingLastError(() => this.#listen(this.#instances.create()));
  }

  /** Does what `#fill()` does, after something that is no caller's. */
  #refill(): void {
    if (this.#closing !== undefined) return;
    try {
      this.#fill();
    } catch (error) {
      this.#rejectFirst(error);
    }
  }

  #rejectFirst(error: unknown): void {
    const [acceptor] = this.#acceptors;
    acceptor?.reject(error);
  }

  /** Waits for the client of an instance, which may have come. */
  #listen(handle: Handle): void {
    const instance = bindConnection(handle, this.path, "pipe");
    const connect = new ControlOperation(
      instance,
      { method: "accept", syscall: "ConnectNamedPipe" },
      (overlapped) => kernel32.ConnectNamedPipe(handle, overlapped),
      { succeedsWith: ERROR_PIPE_CONNECTED },
    );
    const ended = connect.begin().then(
      () => this.#onClient(instance),
      (error) => this.#onFailure(instance, error),
    );
    this.#listening.set(instance, ended);
  }

  async #onClient(instance: OverlappedHandle): Promise<void> {
    this.#listening.delete(instance);
    if (this.#closing !== undefined) {
      return await instance.close();
    }
    this.#open++;
    const { mode, direction } = this.#settings;
    const connection = new PipeConnection(instance, {
      isServer: true,
      mode,
      direction,
      onClosed: this.#onClosed,
    });
    const [acceptor] = this.#acceptors;
    if (acceptor === undefined) this.#connected.push(connection);
    else acceptor.resolve(connection);
    this.#refill();
  }

  async #onFailure(instance: OverlappedHandle, error: unknown): Promise<void> {
    this.#listening.delete(instance);
    const isClosed = instance.close();
    if (this.#closing !== undefined) return await isClosed;
    // A client has come and gone: another instance takes its place.
    const isGone = error instanceof Win32Error && error.win32 === ERROR_NO_DATA;
    if (isGone) this.#refill();
    else this.#rejectFirst(error);
    await isClosed.catch((error) => this.#rejectFirst(error));
  }
}

/**
 * Serves a named pipe. The system is asked for the name before the function
 * returns, as `Deno.listen()` does.
 *
 * Only programs of the same user can connect, on this computer alone, unless
 * the options say otherwise.
 *
 * @param name The name: `\\.\pipe\` and any characters but backslashes and
 * slashes, 256 altogether.
 * @param options What the pipe carries, who may connect, and how many.
 * @returns The listener. Close it with `await using` or `close()`.
 * @throws {TypeError} If the name or an option is wrong.
 * @throws {RangeError} If the name is too long, or a number out of range.
 * @throws {Win32Error} With the code EADDRINUSE if another server has the name;
 * ERROR_INVALID_PARAMETER and others if `allow.sddl` is wrong.
 *
 * @see https://learn.microsoft.com/windows/win32/ipc/named-pipes
 *
 * @example Serve clients side by side
 * ```ts
 * import { connectPipe, listenPipe, type PipeConnection } from "@kernel32/io";
 *
 * const name = "\\\\.\\pipe\\echo-example";
 * const listener = listenPipe(name, { mode: "message" });
 *
 * async function echo(connection: PipeConnection) {
 *   await using client = connection;
 *   for (let message; (message = await client.readMessage()) !== null;) {
 *     await client.writeMessage(message);
 *   }
 * }
 * const serving = (async () => {
 *   for await (const connection of listener) {
 *     echo(connection).catch((error) => console.error(error.message));
 *   }
 * })();
 *
 * const client = await connectPipe(name);
 * await client.writeMessage(new TextEncoder().encode("hello"));
 * console.log(new TextDecoder().decode((await client.readMessage())!)); // hello
 * await client.close();
 * await listener.close();
 * await serving;
 * ```
 */
export function listenPipe(
  name: string,
  options: ListenPipeOptions = {},
): PipeListener {
  checkPipeName(name);
  const settings = listenSettings(options);
  // What this thread cannot have is missed before the name is taken.
  completionPort();
  return new PipeListener(name, settings);
}
