import {
  connectPipe,
  type ConnectPipeOptions,
  listenPipe,
  type ListenPipeOptions,
  type PipeConnection,
  type PipeListener,
} from "../../mod.ts";
import { pipeName } from "./pipes.ts";

/** Both ends of a pipe, and what listens for more clients. */
export interface PipePair extends AsyncDisposable {
  readonly listener: PipeListener;
  readonly client: PipeConnection;
  readonly server: PipeConnection;
}

/** Connects two ends. */
export async function pipePair(
  options: ListenPipeOptions = {},
  connect: ConnectPipeOptions = {},
): Promise<PipePair> {
  const name = pipeName();
  const listener = listenPipe(name, options);
  const client = await connectPipe(name, connect);
  const server = await listener.accept();
  return {
    listener,
    client,
    server,
    async [Symbol.asyncDispose]() {
      for (const end of [listener, client, server]) {
        await end[Symbol.asyncDispose]();
      }
    },
  };
}
