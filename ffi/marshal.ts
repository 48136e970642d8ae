/**
 * Turns a row of `prototypes.ts` into a function: it checks the arguments,
 * writes them into the function's block, calls, and reads the result. Nothing is
 * allocated on the way, unless a string has to be encoded.
 *
 * @module
 */
import { argumentError, rangeError } from "./describe.ts";
import { argumentOffset, BLOCK, NO_ARGUMENT, RESULT } from "./capture/block.ts";
import { type Frame, type Thread, thread } from "./thread.ts";
import { bufferOf, byteLengthOf } from "./views.ts";

/** A bound function, before its static type is put on. */
export type BoundFunction = (...args: unknown[]) => unknown;

/** A row of `prototypes.ts`: the type of the result, then the parameters. */
export type Prototype = readonly [result: string, ...parameters: string[]];

/** Binds one function. The system is not asked for it before the first call. */
export function bindFunction(
  name: string,
  prototype: Prototype,
  owner: () => Thread = thread,
): BoundFunction {
  let call: Call | undefined;
  const prepare = () => call = new Call(name, prototype, owner());
  // Named parameters, not a rest parameter: that one would be an array a call.
  return (a, b, c, d, e, f, g, h) =>
    (call ?? prepare()).run(a, b, c, d, e, f, g, h);
}

/** The error of a call that leaves memory to the kernel. */
const ERROR_IO_PENDING = 997;

/**
 * JS memory of pending operations, by the address of their OVERLAPPED. Their
 * completion is not seen here, so that the memory is retained until the
 * OVERLAPPED serves another operation: a leak, where a release could be of
 * memory that the kernel still writes to.
 */
const pending = new Map<bigint, readonly ArrayBufferView[]>();

const HIGHEST = 0xFFFF_FFFF_FFFF_FFFFn;
const LOWEST = -0x8000_0000_0000_0000n;

/** How an argument is written into the block. */
const INTEGER = 0;
const WIDE = 1;
const BOOLEAN = 2;
const MEMORY = 3;
/** Memory that the kernel may use after the call. */
const PENDING_MEMORY = 4;

const POINTER = "an ArrayBufferView or an address (bigint)";
const TEXT = "a string, an ArrayBufferView or an address (bigint)";

/** The types of parameters: how each is written, and what errors call it. */
const TYPES: Readonly<Record<string, readonly [number, string]>> = {
  address: [WIDE, "an address (bigint)"],
  bool: [BOOLEAN, "a boolean"],
  buffer: [MEMORY, POINTER],
  handle: [WIDE, "a handle (bigint)"],
  i32: [INTEGER, "a number"],
  i64: [WIDE, "a bigint"],
  overlapped: [PENDING_MEMORY, POINTER],
  u32: [INTEGER, "a number"],
  usize: [WIDE, "a bigint"],
  wstr: [MEMORY, TEXT],
};

/** In place of a length: the argument is an address, or NULL. */
const UNMEASURED = -1;

/** A parameter, prepared for the call. */
interface Parameter {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly writtenAs: number;
  /** The smallest size of memory, in bytes. */
  readonly smallest: number;
  /** The parameter that counts the memory, or -1, and the size of its units. */
  readonly counter: number;
  readonly unit: number;
}

function parametersOf([, ...texts]: Prototype): Parameter[] {
  const names = texts.map((text) => text.split(" ")[0]!);
  return texts.map((text, index) => {
    const [name = "", word = "", size = "0"] = text.split(" ");
    const isOptional = word.endsWith("?");
    const type = isOptional ? word.slice(0, -1) : word;
    const [counted = "", unit = "1"] = size.split("*");
    const counter = names.indexOf(counted);
    return {
      index,
      name,
      type,
      isOptional,
      writtenAs: TYPES[type]![0],
      smallest: counter < 0 ? Number(counted) : 0,
      counter,
      unit: Number(unit),
    };
  });
}

/** One function of one thread. */
class Call {
  readonly #name: string;
  readonly #returns: string;
  readonly #parameters: readonly Parameter[];
  readonly #counted: readonly Parameter[];
  /** The parameter that is the OVERLAPPED of an operation, or -1. */
  readonly #overlapped: number;
  readonly #thread: Thread;
  readonly #frame: Frame;
  readonly #view: DataView;
  readonly #byteLengths: number[];
  #key: ArrayBufferView | undefined;
  #keyIndex = NO_ARGUMENT;
  #context: ArrayBufferView | undefined;
  #contextIndex = NO_ARGUMENT;
  readonly #valueAddress: bigint;
  /** Receives what the function writes to the block's own value. */
  #value: Uint32Array | undefined;
  /** Buffers beyond two, passed as addresses and retained during the call. */
  readonly #more: (ArrayBufferView | undefined)[];
  #hasMore = false;

  constructor(name: string, prototype: Prototype, owner: Thread) {
    const parameters = parametersOf(prototype);
    this.#name = name;
    this.#returns = prototype[0];
    this.#parameters = parameters;
    this.#counted = parameters.filter(({ counter }) => counter >= 0);
    this.#overlapped = parameters.findLastIndex(({ writtenAs }) =>
      writtenAs === PENDING_MEMORY
    );
    this.#thread = owner;
    this.#frame = owner.frame(name, parameters.length);
    this.#view = this.#frame.view;
    this.#valueAddress = this.#frame.address + BigInt(BLOCK.value * 8);
    this.#byteLengths = parameters.map(() => UNMEASURED);
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
    const frame = this.#frame;
    const parameters = this.#parameters;
    const arity = parameters.length;
    try {
      if (arity > 0) this.#put(parameters[0]!, a);
      if (arity > 1) this.#put(parameters[1]!, b);
      if (arity > 2) this.#put(parameters[2]!, c);
      if (arity > 3) this.#put(parameters[3]!, d);
      if (arity > 4) this.#put(parameters[4]!, e);
      if (arity > 5) this.#put(parameters[5]!, f);
      if (arity > 6) this.#put(parameters[6]!, g);
      if (arity > 7) this.#put(parameters[7]!, h);
      if (this.#counted.length > 0) this.#checkSizes();
      frame.buffersAt(this.#keyIndex, this.#contextIndex);
      if (this.#key === undefined) frame.call0();
      else if (this.#context === undefined) frame.call1(this.#key);
      else frame.call2(this.#key, this.#context);
      if (this.#value !== undefined) {
        this.#value[0] = this.#view.getUint32(BLOCK.value * 8, true);
      }
      if (this.#overlapped >= 0) this.#retainIfPending();
    } finally {
      this.#key = undefined;
      this.#keyIndex = NO_ARGUMENT;
      this.#context = undefined;
      this.#contextIndex = NO_ARGUMENT;
      this.#value = undefined;
      if (this.#hasMore) this.#more.fill(undefined);
      this.#hasMore = false;
    }
    return this.#result();
  }

  #put(parameter: Parameter, value: unknown): void {
    const { index, writtenAs } = parameter;
    if (writtenAs === INTEGER) {
      if (typeof value !== "number") throw this.#mismatch(parameter, value);
      // Both ways to write a constant: 0x80000000 and 1 << 31.
      if (value >>> 0 !== value && (value | 0) !== value) {
        throw this.#outOfRange(parameter, value, 32);
      }
      this.#view.setInt32(argumentOffset(index), value, true);
    } else if (typeof value === "bigint" && writtenAs !== BOOLEAN) {
      // 0 to 2^64 - 1 are as good as -2^63 to -1.
      if (value > HIGHEST || value < LOWEST) {
        throw this.#outOfRange(parameter, value, 64);
      }
      this.#view.setBigUint64(argumentOffset(index), value, true);
      this.#byteLengths[index] = UNMEASURED;
    } else if (value === null && parameter.isOptional) {
      this.#view.setBigUint64(argumentOffset(index), 0n, true);
      this.#byteLengths[index] = UNMEASURED;
    } else if (writtenAs === BOOLEAN && typeof value === "boolean") {
      this.#view.setInt32(argumentOffset(index), value ? 1 : 0, true);
    } else if (typeof value === "string" && parameter.type === "wstr") {
      this.#putView(parameter, this.#encode(parameter, value));
    } else if (writtenAs >= MEMORY && ArrayBuffer.isView(value)) {
      this.#putView(parameter, value);
    } else throw this.#mismatch(parameter, value);
  }

  #putView(parameter: Parameter, view: ArrayBufferView): void {
    const { index, smallest } = parameter;
    const byteLength = byteLengthOf(view);
    if (byteLength < smallest) {
      throw this.#tooSmall(parameter, byteLength, smallest);
    }
    this.#byteLengths[index] = byteLength;
    if (
      smallest === 4 && this.#value === undefined && view instanceof Uint32Array
    ) {
      // A third buffer costs more than the transfer of a small one. Its elements
      // are written as what they are, even if it only claims to be of this type.
      this.#value = view;
      this.#view.setUint32(BLOCK.value * 8, view[0]!, true);
      this.#view.setBigUint64(argumentOffset(index), this.#valueAddress, true);
      return;
    }
    // What the kernel may use after the call must not move: asking for its
    // buffer makes Bun move a small typed array once and for all.
    if (this.#overlapped >= 0) bufferOf(view);
    if (this.#key === undefined) {
      this.#key = view;
      this.#keyIndex = index;
    } else if (this.#context === undefined) {
      this.#context = view;
      this.#contextIndex = index;
    } else {
      this.#hasMore = true;
      this.#more[index] = view;
      const address = this.#thread.addressOf(view);
      this.#view.setBigUint64(argumentOffset(index), address, true);
    }
  }

  #checkSizes(): void {
    for (let i = 0; i < this.#counted.length; i++) {
      const parameter = this.#counted[i]!;
      const byteLength = this.#byteLengths[parameter.index]!;
      if (byteLength === UNMEASURED) continue;
      const at = argumentOffset(parameter.counter);
      const needed = this.#view.getUint32(at, true) * parameter.unit;
      if (byteLength < needed) {
        throw this.#tooSmall(parameter, byteLength, needed);
      }
    }
  }

  #retainIfPending(): void {
    if (this.#key === undefined || this.#view.getInt32(RESULT, true) !== 0) {
      return;
    }
    if (this.#thread.lastError !== ERROR_IO_PENDING) return;
    const at = argumentOffset(this.#overlapped);
    pending.set(
      this.#view.getBigUint64(at, true),
      [this.#key, this.#context, ...this.#more]
        .filter((view) => view !== undefined),
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

  #encode(parameter: Parameter, text: string): Uint16Array {
    if (text.includes("\0")) {
      throw new TypeError(
        `${this.#label(parameter)} must not contain the character NUL, which ` +
          `ends a string in Windows: got ${JSON.stringify(text)}`,
      );
    }
    const units = new Uint16Array(new ArrayBuffer(2 * (text.length + 1)));
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return units;
  }

  #label({ name }: Parameter): string {
    return `${name} of ${this.#name}`;
  }

  #mismatch(parameter: Parameter, value: unknown): TypeError {
    const expected = TYPES[parameter.type]![1];
    return argumentError(
      this.#label(parameter),
      `${expected}${parameter.isOptional ? ", or null" : ""}`,
      value,
    );
  }

  #outOfRange(
    parameter: Parameter,
    value: number | bigint,
    bits: number,
  ): RangeError {
    return rangeError(
      this.#label(parameter),
      `an integer of ${bits} bits`,
      value,
    );
  }

  #tooSmall(
    parameter: Parameter,
    byteLength: number,
    needed: number,
  ): RangeError {
    return new RangeError(
      `${this.#label(parameter)} must have at least ${needed} bytes: got ` +
        `${byteLength}`,
    );
  }
}
