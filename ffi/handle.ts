/**
 * The type of handles.
 *
 * @module
 */

declare const brand: unique symbol;

/**
 * A handle of the kernel: an opaque 64-bit value, branded so that no size or
 * address is taken for one.
 */
export type Handle = bigint & { readonly [brand]: "HANDLE" };
