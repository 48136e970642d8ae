import { Codec } from "./codec.ts";
import type { ByteSource, FieldPath, Struct, View } from "./types.ts";
/** A field with its place. */
export interface Place {
    readonly name: string;
    readonly codec: Codec<unknown>;
    readonly offset: number;
}
/** Fields at places: what structures, unions and bit-fields all are. */
export declare class StructCodec<T> extends Codec<T> implements Struct<T> {
    #private;
    /** `shared` tells that some fields lie on the same bytes. */
    constructor(size: number, align: number, places: readonly Place[], shared: boolean);
    decode(data: DataView, at: number): T;
    encode(data: DataView, at: number, value: unknown, name: string): void;
    live(data: DataView, at: number): unknown;
    locate(path: readonly string[]): number | undefined;
    view(buffer: ByteSource, offset?: number): View<T>;
    offsetOf(path: FieldPath<T>): number;
}
/** Refuses names that could not be fields, or that objects would reorder. */
export declare function checkFieldName(name: string): void;
