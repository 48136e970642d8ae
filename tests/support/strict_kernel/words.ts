/** A BOOL or DWORD parameter: the upper half of its register is undefined. https://learn.microsoft.com/cpp/build/x64-calling-convention */
export function u32(word: bigint): number {
  return Number(word & 0xFFFF_FFFFn);
}

/** A 64-bit number made of two DWORDs, such as an offset. */
export function join(low: number, high: number): bigint {
  return BigInt(high) << 32n | BigInt(low);
}
