/**
 * The type of handles.
 *
 * @module
 */

/**
 * A handle of the kernel: an opaque 64-bit value, branded so that no size or
 * address is taken for one. The brand exists in types only.
 */
export type Handle = bigint & { readonly __brand: "HANDLE" };
