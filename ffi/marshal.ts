/**
 * Turns a prototype into a function: checks the arguments, writes them into the
 * function's block, calls, and reads the result. Nothing is allocated on the
 * way, unless a string has to be encoded.
 *
 * @module
 */
import { describe } from "./describe.ts";
import type { Prototype, Vocabulary } from "./kernel32.ts";
import {
  argumentOffset,
  type Frame,
  type FrameTable,
  NO_ARGUMENT,
  RESULT,
} from "./lasterror.ts";

/** A bound function, before its static type is put on. */
export type BoundFunction = (...args: unknown[]) => unknown;

/**
 * Binds a function of kernel32. The system is not asked for it before the
 * first call.
 *
 * @param name Its name.
 * @param prototype Its prototype.
 * @param frames Gives the frames of this thread.
 */
export function bindFunction(
  name: string,
  prototype: Prototype,
  frames: () => FrameTable,
): BoundFunction {
  // Not before the first call, since a program calls few of the functions.
  let call: Call | undefined;
  const prepare = () => call = new Call(name, prototype, frames);
  // Named parameters, not a rest parameter: that one would be an array a call.
  return (a, b, c, d, e, f, g, h) =>
    (call ?? prepare()).run(a, b, c, d, e, f, g, h);
}

/** The error of a call that leaves memory to the kernel. */
const ERROR_IO_PENDING = 997;

/**
 * JS memory that pending operations were started with, by the address of their
 * OVERLAPPED. When one completes is not known here, so its memory is held until
 * its OVERLAPPED serves another: a leak beats a corrupted heap.
 */
const lent = new Map<bigint, readonly ArrayBufferView[]>();

/** Holds the memory of a call that has failed, if that is to say "pending". */
export function lendIfPending(
  table: FrameTable,
  overlapped: bigint,
  views: readonly ArrayBufferView[],
): void {
  if (table.lastError === ERROR_IO_PENDING) lent.set(overlapped, views);
}

const ADDRESS = -1;

const HIGHEST = 0xFFFF_FFFF_FFFF_FFFFn;
const LOWEST = -0x8000_0000_0000_0000n;

/** How an argument is written into the block. */
const INTEGER = 0;
const WIDE = 1;
const BOOLEAN = 2;
const MEMORY = 3;
const LENT_MEMORY = 4;

const WRITTEN_AS: Readonly<Record<keyof Vocabulary, number>> = {
  address: WIDE,
  bool: BOOLEAN,
  buffer: MEMORY,
  "buffer?": MEMORY,
  handle: WIDE,
  "handle?": WIDE,
  i32: INTEGER,
  i64: WIDE,
  overlapped: LENT_MEMORY,
  "overlapped?": LENT_MEMORY,
  u32: INTEGER,
  usize: WIDE,
  void: MEMORY,
  wstr: MEMORY,
  "wstr?": MEMORY,
};

/** A parameter, prepared for the hot path. */
interface Slot {
  readonly index: number;
  readonly writtenAs: number;
  readonly nullable: boolean;
  /** The smallest size of memory, in bytes. */
  readonly smallest: number;
}

class Call {
  readonly #name: string;
  readonly #prototype: Prototype;
  readonly #frames: () => FrameTable;
  readonly #slots: readonly Slot[];
  /** The parameter that is memory, and the one that holds its size. */
  readonly #sized: readonly { memory: number; size: number; unit: number }[];
  readonly #returns: keyof Vocabulary;
  /** The parameter that is the OVERLAPPED of an operation, or -1. */
  readonly #overlapped: number;
  readonly #byteLengths: number[];
  #table!: FrameTable;
  #frame: Frame | undefined;
  #view!: DataView;
  #key: ArrayBufferView | undefined;
  #keyIndex = NO_ARGUMENT;
  #context: ArrayBufferView | undefined;
  #contextIndex = NO_ARGUMENT;
  /** Buffers beyond two, which travel as addresses and are held meanwhile. */
  readonly #more: (ArrayBufferView | undefined)[];
  #hasMore = false;

  constructor(name: string, prototype: Prototype, frames: () => FrameTable) {
    const { parameters } = prototype;
    const names = parameters.map((parameter) => parameter[0]);
    this.#name = name;
    this.#prototype = prototype;
    this.#frames = frames;
    this.#slots = parameters.map(([, type, size], index) => ({
      index,
      writtenAs: WRITTEN_AS[type],
      nullable: type.endsWith("?"),
      smallest: typeof size === "number" ? size : 0,
    }));
    this.#sized = parameters.flatMap(([, , size, unit = 1], memory) =>
      typeof size === "string"
        ? [{ memory, size: names.indexOf(size), unit }]
        : []
    );
    this.#returns = prototype.returns;
    this.#overlapped = this.#slots.findLastIndex((slot) =>
      slot.writtenAs === LENT_MEMORY
    );
    this.#byteLengths = parameters.map(() => ADDRESS);
    this.#more = parameters.map(() => undefined);
  }

  run(
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    e: unknown,
    f: unknown,
    g: unknown,
    h: unknown,
  ): unknown {
    const frame = this.#frame ?? this.#bind();
    const slots = this.#slots;
    const arity = slots.length;
    try {
      if (arity > 0) this.#put(slots[0]!, a);
      if (arity > 1) this.#put(slots[1]!, b);
      if (arity > 2) this.#put(slots[2]!, c);
      if (arity > 3) this.#put(slots[3]!, d);
      if (arity > 4) this.#put(slots[4]!, e);
      if (arity > 5) this.#put(slots[5]!, f);
      if (arity > 6) this.#put(slots[6]!, g);
      if (arity > 7) this.#put(slots[7]!, h);
      if (this.#sized.length > 0) this.#checkSizes();
      frame.buffersAt(this.#keyIndex, this.#contextIndex);
      if (this.#key === undefined) frame.call0();
      else {
        if (this.#context === undefined) frame.call1(this.#key);
        else frame.call2(this.#key, this.#context);
        if (this.#overlapped >= 0) this.#lend();
      }
    } finally {
      this.#key = undefined;
      this.#keyIndex = NO_ARGUMENT;
      this.#context = undefined;
      this.#contextIndex = NO_ARGUMENT;
      if (this.#hasMore) this.#more.fill(undefined);
      this.#hasMore = false;
    }
    return this.#result();
  }

  #bind(): Frame {
    this.#table = this.#frames();
    const frame = this.#table.frame(this.#name, this.#slots.length);
    this.#view = frame.view;
    return this.#frame = frame;
  }

  #put(slot: Slot, value: unknown): void {
    const { index, writtenAs } = slot;
    if (writtenAs === INTEGER) {
      if (typeof value !== "number") throw this.#mismatch(index, value);
      // Both ways to write a constant: 0x80000000 and 1 << 31.
      if (value >>> 0 !== value && (value | 0) !== value) {
        throw this.#outOfRange(index, value, 32);
      }
      this.#view.setInt32(argumentOffset(index), value, true);
    } else if (typeof value === "bigint" && writtenAs !== BOOLEAN) {
      // 0 to 2^64 - 1 are as good as -2^63 to -1.
      if (value > HIGHEST || value < LOWEST) {
        throw this.#outOfRange(index, value, 64);
      }
      this.#view.setBigUint64(argumentOffset(index), value, true);
      this.#byteLengths[index] = ADDRESS;
    } else if (value === null && slot.nullable) {
      this.#view.setBigUint64(argumentOffset(index), 0n, true);
      this.#byteLengths[index] = ADDRESS;
    } else if (writtenAs === BOOLEAN && typeof value === "boolean") {
      this.#view.setInt32(argumentOffset(index), value ? 1 : 0, true);
    } else if (typeof value === "string") {
      this.#putView(slot, this.#encode(index, value));
    } else if (writtenAs >= MEMORY && ArrayBuffer.isView(value)) {
      this.#putView(slot, value);
    } else throw this.#mismatch(index, value);
  }

  #putView(slot: Slot, view: ArrayBufferView): void {
    const { index, smallest } = slot;
    const { byteLength } = view;
    if (byteLength < smallest) {
      throw this.#tooSmall(index, byteLength, smallest);
    }
    this.#byteLengths[index] = byteLength;
    // What the kernel may go on using must not move: asking for its buffer
    // makes Bun move a small typed array once and for all.
    if (this.#overlapped >= 0) void view.buffer;
    if (this.#key === undefined) {
      this.#key = view;
      this.#keyIndex = index;
    } else if (this.#context === undefined) {
      this.#context = view;
      this.#contextIndex = index;
    } else {
      this.#hasMore = true;
      this.#more[index] = view;
      const address = this.#table.addressOf(view);
      this.#view.setBigUint64(argumentOffset(index), address, true);
    }
  }

  #checkSizes(): void {
    for (let i = 0; i < this.#sized.length; i++) {
      const { memory, size, unit } = this.#sized[i]!;
      const byteLength = this.#byteLengths[memory]!;
      if (byteLength === ADDRESS) continue;
      const count = this.#view.getUint32(argumentOffset(size), true);
      const needed = count * unit;
      if (byteLength < needed) throw this.#tooSmall(memory, byteLength, needed);
    }
  }

  #lend(): void {
    if (this.#view.getInt32(RESULT, true) !== 0) return;
    const address = argumentOffset(this.#overlapped);
    const views = [this.#key, this.#context, ...this.#more];
    lendIfPending(
      this.#table,
      this.#view.getBigUint64(address, true),
      views.filter((view) => view !== undefined),
    );
  }

  #result(): unknown {
    switch (this.#returns) {
      case "bool":
        return this.#view.getInt32(RESULT, true) !== 0;
      case "u32":
        return this.#view.getUint32(RESULT, true);
      case "void":
        return undefined;
      default:
        return this.#view.getBigUint64(RESULT, true);
    }
  }

  #encode(index: number, text: string): Uint16Array {
    if (!this.#prototype.parameters[index]![1].startsWith("wstr")) {
      throw this.#mismatch(index, text);
    }
    if (text.includes("\0")) {
      throw new TypeError(
        `${
          this.#label(index)
        } must not contain the character NUL, which ends ` +
          `a string in Windows: got ${JSON.stringify(text)}`,
      );
    }
    const units = new Uint16Array(new ArrayBuffer(2 * (text.length + 1)));
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return units;
  }

  #label(index: number): string {
    return `${this.#prototype.parameters[index]![0]} of ${this.#name}`;
  }

  #mismatch(index: number, value: unknown): TypeError {
    return new TypeError(
      `${this.#label(index)} must be ${
        expected(this.#prototype.parameters[index]![1])
      }: got ${describe(value)}`,
    );
  }

  #outOfRange(
    index: number,
    value: number | bigint,
    bits: number,
  ): RangeError {
    return new RangeError(
      `${this.#label(index)} must be an integer of ${bits} bits: got ${value}`,
    );
  }

  #tooSmall(index: number, byteLength: number, needed: number): RangeError {
    return new RangeError(
      `${this.#label(index)} must have at least ${needed} bytes: got ` +
        `${byteLength}`,
    );
  }
}

const POINTER = "an ArrayBufferView or an address (bigint)";
const TEXT = "a string, an ArrayBufferView or an address (bigint)";

const EXPECTED = {
  address: "an address (bigint)",
  bool: "a boolean",
  buffer: POINTER,
  handle: "a handle (bigint)",
  i32: "a number",
  i64: "a bigint",
  overlapped: POINTER,
  u32: "a number",
  usize: "a bigint",
  void: "nothing",
  wstr: TEXT,
} as const satisfies Partial<Record<keyof Vocabulary, string>>;

/** Puts what a parameter takes into words. */
function expected(type: keyof Vocabulary): string {
  const isOptional = type.endsWith("?");
  const word = isOptional ? type.slice(0, -1) : type;
  const what = EXPECTED[word as keyof typeof EXPECTED];
  return isOptional ? `${what}, or null` : what;
}
