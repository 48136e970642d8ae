import { Codec } from "./codec.ts";
import type { FieldType } from "./types.ts";
/** Finds the codec behind a declared type, or says what a type may be. */
export declare function codecOf(type: FieldType, name: string): Codec<unknown>;
/** Makes the check of an integer type of up to 32 bits. */
export declare function integer(type: string, min: number, max: number): (value: unknown, name: string) => number;
