// The bytes that operations transfer.

/** What the file has before the operation. */
export const CONTENT: Uint8Array = Uint8Array.from(
  { length: 20_000 },
  (_, i) => 1 + i % 101,
);
/** Long enough for several calls. */
export const LONG: number = 2 ** 20 + 8192;
export const LONG_CONTENT: Uint8Array = new Uint8Array(LONG + 1024).fill(1);
/** What is written: no byte is what stands there before. */
const DATA = Uint8Array.from({ length: LONG }, (_, i) => 128 + i % 103);
/** So many bytes to be written. */
export function data(length: number): Uint8Array {
  return DATA.slice(0, length);
}

/** Two views of one run of bytes. */
export function halves(bytes: Uint8Array): Uint8Array[] {
  return [bytes.subarray(0, 1000), bytes.subarray(1000)];
}

export async function readStream(
  stream: ReadableStream<Uint8Array>,
  bytes: Uint8Array,
): Promise<number> {
  let at = 0;
  for await (const chunk of stream) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return at;
}

export async function writeStream(
  stream: WritableStream<ArrayBufferView>,
  bytes: Uint8Array,
): Promise<void> {
  const writer = stream.getWriter();
  const { closed } = writer;
  closed.catch(() => {});
  writer.ready.catch(() => {});
  try {
    for (const part of halves(bytes)) await writer.write(part);
    await writer.close();
  } catch (error) {
    // A stream that has failed meanwhile cannot be closed, and says so.
    if (error instanceof TypeError) await closed;
    throw error;
  }
}
