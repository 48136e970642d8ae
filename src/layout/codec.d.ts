import type { ByteSource, Init, Layout } from "./types.ts";
/** What every layout is inside: a size, an alignment, and how bytes turn into values. */
export declare abstract class Codec<T> implements Layout<T> {
    readonly size: number;
    readonly align: number;
    constructor(size: number, align: number);
    /** Reads the value at a place that is known to be large enough. */
    abstract decode(data: DataView, at: number): T;
    /** Checks a value and writes it to a zeroed place. `name` is for messages. */
    abstract encode(data: DataView, at: number, value: unknown, name: string): void;
    /** What a live view shows at this place: the value, unless it has parts. */
    live(data: DataView, at: number): unknown;
    /** Replaces what is at a place, whole or not at all. */
    assign(data: DataView, at: number, value: unknown, name: string): void;
    /** The offset of a part, given the rest of a dotted path; undefined if none. */
    locate(_path: readonly string[]): number | undefined;
    read(buffer: ByteSource, offset?: number): T;
    write(buffer: ByteSource, value: Init<T>, offset?: number): void;
    create(value?: Init<T>): Uint8Array<ArrayBuffer>;
}
/** A window on the bytes that a value of `size` bytes has at an offset. */
export declare function dataViewOf(buffer: ByteSource, offset: number, size: number): DataView;
/** The bytes at a place, not copied. */
export declare function bytesAt(data: DataView, at: number, size: number): Uint8Array;
/** How a message speaks of a place: the field, or the value as a whole. */
export declare function label(name: string): string;
/** How a message speaks of a value that was given. */
export declare function describe(value: unknown): string;
