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
import { wideString } from "./utf16.ts";
import { bufferOf, byteLengthOf, bytesOf } from "./views.ts";

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
const pending = new Map<bigint, readonly unknown[]>();

/** How an argument is written into the block. */
const INTEGER = 0;
const BOOLEAN = 1;
const WIDE = 2;
const MEMORY = 3;
/** Memory of characters, or a string. */
const TEXT = 4;
/** Memory that the kernel may use after the call. */
const PENDING_MEMORY = 5;

const POINTER = "an ArrayBufferView or an address (bigint)";

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
  wstr: [TEXT, "a string, an ArrayBufferView or an address (bigint)"],
};

/** In place of a length: the argument is an address, or NULL. */
const UNMEASURED = Infinity;

const VALUE = BLOCK.value * 8;

/** A parameter, and how much memory its argument is. */
interface Parameter {
  readonly index: number;
  /** Its offset in the block. */
  readonly at: number;
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly writtenAs: number;
  /** The smallest size of memory, in bytes. */
  readonly smallest: number;
  /** A parameter that counts it: `unit` bytes for every `per` in the count. */
  readonly counter: Parameter | undefined;
  readonly unit: number;
  readonly per: number;
  /** The memory before it that it counts. */
  readonly counted: Parameter | undefined;
  /** The length of the memory in this call. */
  byteLength: number;
}

function parametersOf([, ...texts]: Prototype): Parameter[] {
  const parameters: Parameter[] = [];
  const counters: string[] = [];
  for (const [index, text] of texts.entries()) {
    const [name = "", word = "", size = ""] = text.split(" ");
    const type = word.replace("?", "");
    const [counter = "", unit = 1, per = 1] = size.split(/[*/]/);
    parameters.push({
      index,
      at: argumentOffset(index),
      name,
      type,
      isOptional: type !== word,
      writtenAs: TYPES[type]![0],
      smallest: Number(counter) || 0,
      counter: parameters.find((other) => other.name === counter),
      unit: Number(unit),
      per: Number(per),
      counted: parameters[counters.indexOf(name)],
      byteLength: UNMEASURED,
    });
    counters.push(counter);
  }
  return parameters;
}

/** The size of memory that is counted, in bytes. */
function sizeOf({ unit, per }: Parameter, count: number): number {
  return Math.ceil(count / per) * unit;
}

/** Whether text in UTF-16 has the NUL that ends it. */
function hasNul(text: ArrayBufferView): boolean {
  return byteLengthOf(text) > 1 &&
    bytesOf(text).some((byte, i, all) =>
      i % 2 === 1 && byte + all[i - 1]! === 0
    );
}

/** Both ways to write a constant are right: 0x80000000 and 1 << 31. */
export function isInteger32(value: unknown): value is number {
  return typeof value === "number" &&
    (value >>> 0 === value || (value | 0) === value);
}

/** 0 to 2^64 - 1 are as good as -2^63 to -1. */
export function isInteger64(value: bigint): boolean {
  return BigInt.asUintN(64, value) === value ||
    BigInt.asIntN(64, value) === value;
}

/**
 * One function of one thread. Methods that are called for each argument are
 * short, so that the runtime compiles them into the call.
 */
class Call {
  readonly #name: string;
  readonly #returns: string;
  readonly #parameters: readonly Parameter[];
  /** The OVERLAPPED of an operation. */
  readonly #overlapped: Parameter | undefined;
  readonly #thread: Thread;
  readonly #frame: Frame;
  readonly #view: DataView;
  /** Whether it runs: a property of an argument may call it a second time. */
  #runs = false;
  #key: ArrayBufferView | undefined;
  #keyIndex = NO_ARGUMENT;
  #context: ArrayBufferView | undefined;
  #contextIndex = NO_ARGUMENT;
  readonly #valueAddress: bigint;
  /** Receives what the function writes to the block's own value. */
  #value: Uint32Array | undefined;
  /** Buffers beyond two, passed as addresses and retained during the call. */
  #more: [at: number, view: ArrayBufferView][] = [];

  constructor(name: string, prototype: Prototype, owner: Thread) {
    const parameters = parametersOf(prototype);
    this.#name = name;
    this.#returns = prototype[0];
    this.#parameters = parameters;
    this.#overlapped = parameters.findLast(({ writtenAs }) =>
      writtenAs === PENDING_MEMORY
    );
    this.#thread = owner;
    this.#frame = owner.frame(name, parameters.length);
    this.#view = this.#frame.view;
    this.#valueAddress = this.#frame.address + BigInt(VALUE);
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
    if (this.#runs) throw new Error(`${this.#name} must not call itself`);
    this.#runs = true;
    try {
      if (arity > 0) this.#put(parameters[0]!, a);
      if (arity > 1) this.#put(parameters[1]!, b);
      if (arity > 2) this.#put(parameters[2]!, c);
      if (arity > 3) this.#put(parameters[3]!, d);
      if (arity > 4) this.#put(parameters[4]!, e);
      if (arity > 5) this.#put(parameters[5]!, f);
      if (arity > 6) this.#put(parameters[6]!, g);
      if (arity > 7) this.#put(parameters[7]!, h);
      // Last, since a property of an argument may take another's memory away.
      for (let i = 0; i < this.#more.length; i++) {
        const [at, view] = this.#more[i]!;
        const address = this.#thread.backend.addressOf(view);
        this.#view.setBigUint64(at, address, true);
      }
      frame.buffersAt(this.#keyIndex, this.#contextIndex);
      if (this.#key === undefined) frame.call0();
      else if (this.#context === undefined) frame.call1(this.#key);
      else frame.call2(this.#key, this.#context);
      if (this.#value !== undefined) {
        this.#value[0] = this.#view.getUint32(VALUE, true);
      }
      if (this.#overlapped !== undefined) this.#retainIfPending();
    } finally {
      this.#runs = false;
      this.#key = undefined;
      this.#keyIndex = NO_ARGUMENT;
      this.#context = undefined;
      this.#contextIndex = NO_ARGUMENT;
      this.#value = undefined;
      if (this.#more.length > 0) this.#more = [];
    }
    return this.#result();
  }

  #put(parameter: Parameter, value: unknown): void {
    const { at, writtenAs } = parameter;
    if (writtenAs === INTEGER) this.#putInteger(parameter, value);
    else if (typeof value === "bigint" && writtenAs !== BOOLEAN) {
      if (!isInteger64(value)) throw this.#refusal(parameter, value);
      this.#view.setBigUint64(at, value, true);
      parameter.byteLength = UNMEASURED;
      if (writtenAs === PENDING_MEMORY) this.#fix();
    } else if (value === null && parameter.isOptional) {
      this.#view.setBigUint64(at, 0n, true);
      parameter.byteLength = UNMEASURED;
    } else if (writtenAs >= MEMORY && ArrayBuffer.isView(value)) {
      if (writtenAs === TEXT && !hasNul(value)) {
        throw argumentError(this.#label(parameter), "UTF-16 with a NUL", value);
      }
      this.#putView(parameter, value);
    } else if (writtenAs === BOOLEAN && typeof value === "boolean") {
      this.#view.setInt32(at, value ? 1 : 0, true);
    } else if (typeof value === "string" && writtenAs === TEXT) {
      this.#putView(parameter, this.#encode(parameter, value));
    } else throw this.#refusal(parameter, value);
  }

  #putInteger(parameter: Parameter, value: unknown): void {
    if (!isInteger32(value)) throw this.#refusal(parameter, value);
    this.#view.setInt32(parameter.at, value, true);
    const { counted } = parameter;
    if (counted !== undefined) {
      this.#checkSize(counted, sizeOf(counted, value >>> 0));
    }
  }

  #putView(parameter: Parameter, view: ArrayBufferView): void {
    const { index, at, smallest, writtenAs, counter } = parameter;
    if (
      smallest === 4 && writtenAs === MEMORY && this.#value === undefined &&
      view instanceof Uint32Array && view[0] !== undefined
    ) {
      // A third buffer costs more than the transfer of a small one. Its elements
      // are written as what they are, even if it only claims to be of this type.
      this.#value = view;
      this.#view.setUint32(VALUE, view[0], true);
      this.#view.setBigUint64(at, this.#valueAddress, true);
      return;
    }
    parameter.byteLength = byteLengthOf(view);
    this.#checkSize(
      parameter,
      counter === undefined
        ? smallest
        : sizeOf(parameter, this.#view.getUint32(counter.at, true)),
    );
    if (this.#key === undefined) {
      this.#key = view;
      this.#keyIndex = index;
    } else if (this.#context === undefined) {
      this.#context = view;
      this.#contextIndex = index;
    } else this.#more.push([at, view]);
    if (writtenAs === PENDING_MEMORY) this.#fix();
  }

  /**
   * Prevents memory that the kernel may use after the call from moving: asking
   * for its buffer makes Bun move a small typed array once and for all.
   */
  #fix(): void {
    if (this.#key !== undefined) bufferOf(this.#key);
    if (this.#context !== undefined) bufferOf(this.#context);
  }

  #checkSize(memory: Parameter, needed: number): void {
    if (memory.byteLength >= needed) return;
    throw new RangeError(
      `${this.#label(memory)} must have at least ${needed} bytes: got ` +
        `${memory.byteLength}`,
    );
  }

  #retainIfPending(): void {
    if (
      this.#key === undefined || this.#view.getInt32(RESULT, true) !== 0 ||
      this.#thread.lastError !== ERROR_IO_PENDING
    ) return;
    const overlapped = this.#view.getBigUint64(this.#overlapped!.at, true);
    pending.set(overlapped, [this.#key, this.#context, ...this.#more]);
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
    return wideString(text);
  }

  #label({ name }: Parameter): string {
    return `${name} of ${this.#name}`;
  }

  #refusal(parameter: Parameter, value: unknown): TypeError | RangeError {
    const { type, writtenAs, isOptional } = parameter;
    const label = this.#label(parameter);
    if (writtenAs === INTEGER && typeof value === "number") {
      return rangeError(label, "an integer of 32 bits", value);
    }
    if (writtenAs >= WIDE && typeof value === "bigint") {
      return rangeError(label, "an integer of 64 bits", value);
    }
    const rule = `${TYPES[type]![1]}${isOptional ? ", or null" : ""}`;
    return argumentError(label, rule, value);
  }
}
