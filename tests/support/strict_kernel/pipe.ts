import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_TYPE_PIPE,
  FILE_WRITE_DATA,
} from "../../../src/win32/constants.ts";
import { ERROR_ACCESS_DENIED } from "../../../src/errors/codes.ts";
import {
  STATUS_BUFFER_OVERFLOW,
  STATUS_INVALID_PARAMETER,
  STATUS_PIPE_BROKEN,
  STATUS_PIPE_CLOSING,
  STATUS_PIPE_DISCONNECTED,
  STATUS_PIPE_EMPTY,
  STATUS_PIPE_LISTENING,
} from "./status.ts";
import { fail } from "./failure.ts";
import type { OpenFile, Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import type { PipeName } from "./pipe_name.ts";
import type { Process } from "./process.ts";

/** A message in transit, or a run of bytes. */
interface Message {
  bytes: Uint8Array;
  /** How much of it was there at the start. */
  readonly length: number;
  /** The write that waits until it is read, since it is more than the buffer takes. */
  readonly writer: Operation | undefined;
}

/** What goes from one end of a pipe to the other. */
class Flow {
  readonly messages: Message[] = [];
  readonly #quota: number;

  constructor(quota: number) {
    this.#quota = quota;
  }

  /** How many bytes are in transit. */
  get length(): number {
    return this.messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether bytes fit in the buffer. */
  fits(length: number): boolean {
    return this.length + length <= this.#quota;
  }
}

/** Where an instance of a pipe stands: https://learn.microsoft.com/windows/win32/ipc/named-pipe-operations */
type PipeState = "disconnected" | "listening" | "connected" | "closing";

/** An instance of a named pipe: a server's end, and a client's if one has come. */
export class PipeInstance {
  readonly name: PipeName;
  readonly server: PipeEnd;
  /** Whether it is of PIPE_REJECT_REMOTE_CLIENTS. */
  rejectsRemote = false;
  client: PipeEnd | undefined;
  state: PipeState = "listening";
  toServer: Flow;
  toClient: Flow;

  constructor(
    name: PipeName,
    readsMessages: boolean,
    waits: boolean,
    process: Process,
  ) {
    this.name = name;
    [this.toServer, this.toClient] = this.#flows();
    this.server = new PipeEnd(this, "server", readsMessages, waits, process);
  }

  /** A client comes. */
  connect(process: Process): PipeEnd {
    this.state = "connected";
    [this.toServer, this.toClient] = this.#flows();
    this.client = new PipeEnd(this, "client", false, true, process);
    this.name.retry();
    return this.client;
  }

  /** Cuts the client off, and discards what it has not read: https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-disconnectnamedpipe */
  disconnect(): void {
    if (this.client !== undefined) this.client.isDisconnected = true;
    this.client = undefined;
    this.state = "disconnected";
    [this.toServer, this.toClient] = this.#flows();
    this.name.retry();
  }

  #flows(): [Flow, Flow] {
    const { inQuota, outQuota } = this.name.options;
    return [new Flow(inQuota), new Flow(outQuota)];
  }
}

/** One end of a pipe. */
export class PipeEnd implements Target {
  readonly type: number = FILE_TYPE_PIPE;
  readonly seeks = false;
  readonly instance: PipeInstance;
  readonly side: "server" | "client";
  /** The process that has it. */
  readonly process: Process;
  /** Whether reads stop at the end of a message. */
  readsMessages: boolean;
  /** Whether it waits, and is not of PIPE_NOWAIT. */
  waits: boolean;
  /** Whether the server has cut this client off. */
  isDisconnected = false;
  isClosed = false;

  constructor(
    instance: PipeInstance,
    side: "server" | "client",
    readsMessages: boolean,
    waits: boolean,
    process: Process,
  ) {
    this.instance = instance;
    this.side = side;
    this.process = process;
    this.readsMessages = readsMessages;
    this.waits = waits;
  }

  /** What comes to this end. */
  get incoming(): Flow {
    return this.side === "server"
      ? this.instance.toServer
      : this.instance.toClient;
  }

  get #outgoing(): Flow {
    return this.side === "server"
      ? this.instance.toClient
      : this.instance.toServer;
  }

  check({ request: { kind, open } }: Operation): void {
    if (kind === "read" && !open.may(FILE_READ_DATA)) fail(ERROR_ACCESS_DENIED);
    if (kind === "write" && !open.may(FILE_WRITE_DATA | FILE_APPEND_DATA)) {
      fail(ERROR_ACCESS_DENIED);
    }
  }

  perform(operation: Operation): Result | undefined {
    switch (operation.request.kind) {
      case "read":
        return this.#read(operation);
      case "write":
        return this.#write(operation);
      case "connect":
        return this.#connect();
      case "flush":
        return this.#flush();
      default:
        return { status: STATUS_INVALID_PARAMETER, count: 0 };
    }
  }

  closed(_open: OpenFile): void {
    this.isClosed = true;
    const { instance } = this;
    if (this.side === "server") instance.name.remove(instance);
    else if (!this.isDisconnected && instance.state === "connected") {
      instance.state = "closing";
    }
    instance.name.retry();
  }

  /** The status of what cannot be, since the other end is not there; nothing if it is. */
  absence(): number | undefined {
    const { state, server } = this.instance;
    if (this.isDisconnected || state === "disconnected") {
      return STATUS_PIPE_DISCONNECTED;
    }
    if (this.side === "client") {
      return server.isClosed ? STATUS_PIPE_BROKEN : undefined;
    }
    if (state === "listening") return STATUS_PIPE_LISTENING;
    return state === "closing" ? STATUS_PIPE_BROKEN : undefined;
  }

  /** https://learn.microsoft.com/windows/win32/ipc/named-pipe-type-read-and-wait-modes */
  #read(operation: Operation): Result | undefined {
    const { length } = operation.request;
    const { messages } = this.incoming;
    const absence = this.absence();
    if (
      absence !== undefined &&
      (absence !== STATUS_PIPE_BROKEN || messages.length === 0)
    ) return ended(absence);
    if (messages.length === 0) {
      return this.waits ? undefined : ended(STATUS_PIPE_EMPTY);
    }
    const taken: Uint8Array[] = [];
    let count = 0;
    do {
      const message = messages[0]!;
      const bytes = message.bytes.subarray(0, length - count);
      message.bytes = message.bytes.subarray(bytes.length);
      taken.push(bytes);
      count += bytes.length;
      if (message.bytes.length > 0) break;
      messages.shift();
    } while (!this.readsMessages && count < length && messages.length > 0);
    const all = new Uint8Array(count);
    let at = 0;
    for (const bytes of taken) {
      all.set(bytes, at);
      at += bytes.length;
    }
    operation.put(all);
    this.instance.name.retry();
    // A message that is longer than the buffer: FALSE and ERROR_MORE_DATA, sdk ReadFile
    const isPart = this.readsMessages && messages[0] !== undefined &&
      messages[0].bytes.length < messages[0].length;
    return { status: isPart ? STATUS_BUFFER_OVERFLOW : 0, count };
  }

  #write(operation: Operation): Result | undefined {
    const { length } = operation.request;
    const flow = this.#outgoing;
    const mine = flow.messages.find(({ writer }) => writer === operation);
    const absence = this.absence();
    // A pipe whose other end is closed: ERROR_NO_DATA, as Wine's dlls/kernel32/tests/pipe.c says
    if (absence !== undefined) {
      return ended(
        absence === STATUS_PIPE_BROKEN ? STATUS_PIPE_CLOSING : absence,
      );
    }
    if (mine !== undefined) return undefined;
    if (operation.wasQueued) return { status: 0, count: length };
    const { isMessageType } = this.instance.name.options;
    if (length === 0 && !isMessageType) return ended(0);
    const bytes = operation.bytes();
    if (flow.fits(length) || (isMessageType && length === 0)) {
      flow.messages.push({ bytes, length, writer: undefined });
      this.instance.name.retry();
      return { status: 0, count: length };
    }
    if (!this.waits) return ended(0);
    operation.wasQueued = true;
    flow.messages.push({ bytes, length, writer: operation });
    this.instance.name.retry();
    return flow.messages.some(({ writer }) => writer === operation)
      ? undefined
      : { status: 0, count: length };
  }

  /** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe */
  #connect(): Result | undefined {
    const { instance } = this;
    if (instance.state === "disconnected") instance.state = "listening";
    if (instance.state === "listening") {
      return this.waits ? undefined : ended(STATUS_PIPE_LISTENING);
    }
    return ended(instance.state === "closing" ? STATUS_PIPE_CLOSING : 0);
  }

  /** It ends when the other end has read all: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers */
  #flush(): Result | undefined {
    const absence = this.absence();
    if (absence !== undefined) return ended(absence);
    return this.#outgoing.messages.length === 0 ? ended(0) : undefined;
  }
}

function ended(status: number): Result {
  return { status, count: 0 };
}
