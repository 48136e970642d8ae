// What is used of the runtimes' globals, without the types of a runtime: the host's compiler sees these files, too.

/** A file of Deno's own. */
export interface DenoFile {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  readSync(bytes: Uint8Array): number | null;
  writeSync(bytes: Uint8Array): number;
  read(bytes: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  seekSync(offset: number, whence: 0): number;
  truncateSync(length: number): void;
  close(): void;
}

interface DenoOpenOptions {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
}

interface DenoGlobal {
  dlopen(
    library: string,
    symbols: Record<
      string,
      { readonly parameters: readonly string[]; readonly result: string }
    >,
  ): { symbols: Record<string, (...args: never[]) => unknown> };
  open(path: string, options?: DenoOpenOptions): Promise<DenoFile>;
  openSync(path: string, options?: DenoOpenOptions): DenoFile;
  memoryUsage(): { readonly heapUsed: number };
}

/** What writes to a file of Bun's, with a buffer of its own. */
export interface BunWriter {
  write(bytes: Uint8Array | string): number;
  flush(): Promise<number> | number;
  end(): Promise<number> | number;
}

interface BunGlobal {
  file(path: string): {
    stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
    writer(options?: { highWaterMark?: number }): BunWriter;
  };
}

const globals = globalThis as unknown as {
  readonly Deno: DenoGlobal;
  readonly Bun: BunGlobal;
};

/** Deno's namespace, where it is. */
export const Deno: DenoGlobal = globals.Deno;

/** Bun's namespace, where it is. */
export const Bun: BunGlobal = globals.Bun;
