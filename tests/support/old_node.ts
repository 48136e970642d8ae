// What Deno, Bun and newer Node have, and Node 20 lacks; imported by tests that run the module there.

Promise.withResolvers ??= <T>() => {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((...functions) =>
    [resolve, reject] = functions
  );
  return { promise, resolve, reject };
};

ArrayBuffer.prototype.transfer ??= function (
  this: ArrayBuffer,
  length = this.byteLength,
): ArrayBuffer {
  const moved = structuredClone(this, { transfer: [this] });
  if (length === moved.byteLength) return moved;
  const bytes = new Uint8Array(length);
  bytes.set(new Uint8Array(moved, 0, Math.min(length, moved.byteLength)));
  return bytes.buffer;
};
