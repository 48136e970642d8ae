/** A range of addresses and the bytes behind it. */
export interface Region {
  readonly address: bigint;
  readonly byteLength: number;
  /** Whether it was allocated, as by VirtualAlloc, and is not JS memory. */
  readonly native: boolean;
  /** The bytes; nothing once JS memory has been collected. */
  buffer(): ArrayBufferLike | undefined;
}

const GRANULARITY = 0x1_0000n;

/** No address fits into 32 bits, and the lower half of none into 31. */
const FIRST = 0x1F2_B450_0000n;

/**
 * The address space of a process, made up: native memory, and JS memory as it is lent to a call. Native memory is aligned
 * to 64 KiB as VirtualAlloc's is, JS memory to 16 bytes and no more, as an allocator's.
 */
export class FakeMemory {
  /** In the order of their addresses. */
  #regions: Region[] = [];
  readonly #ofBuffer = new WeakMap<ArrayBufferLike, Region>();
  readonly #detachable = new WeakMap<ArrayBuffer, { bytes: ArrayBuffer }>();
  #next = FIRST;
  #sweepAt = 1024;

  /** How many pieces of native memory are allocated. */
  allocations = 0;

  /** Allocates native memory, zeroed. */
  allocate(byteLength: number): bigint {
    const buffer = new ArrayBuffer(byteLength);
    const address = this.#next;
    const region: Region & { bytes: ArrayBuffer } = {
      address,
      byteLength,
      native: true,
      bytes: buffer,
      buffer: () => region.bytes,
    };
    this.allocations++;
    this.#detachable.set(buffer, region);
    this.#ofBuffer.set(buffer, region);
    this.#add(region, address);
    return address;
  }

  /** Detaches a buffer over native memory, which stays. */
  detach(buffer: ArrayBuffer): void {
    this.#detachable.get(buffer)!.bytes = buffer.transfer();
  }

  /** Frees native memory. Returns whether any started there. */
  free(address: bigint): boolean {
    const index = this.#indexOf(address);
    const region = this.#regions[index];
    if (region?.address !== address || !region.native) return false;
    this.#regions.splice(index, 1);
    this.allocations--;
    return true;
  }

  /** The address of a view's first byte, and 0 for one of no bytes. */
  addressOf(view: ArrayBufferView): bigint {
    if (view.byteLength === 0) return 0n;
    const { address } = this.#ofBuffer.get(view.buffer) ??
      this.#show(view.buffer);
    return address + BigInt(view.byteOffset);
  }

  /** A whole allocation as an ArrayBuffer that does not own it. */
  shown(address: bigint, byteLength: number): ArrayBuffer {
    const region = this.region(address);
    if (region?.address !== address || region.byteLength < byteLength) {
      throw new Error(
        `There is no allocation of ${byteLength} bytes at ${address}`,
      );
    }
    return region.buffer() as ArrayBuffer;
  }

  /** The region that an address lies in. */
  region(address: bigint): Region | undefined {
    const region = this.#regions[this.#indexOf(address)];
    return region !== undefined &&
        address < region.address + BigInt(region.byteLength)
      ? region
      : undefined;
  }

  /** The bytes from an address on, to the end of the region or so many. */
  view(address: bigint, byteLength?: number): DataView {
    const region = this.region(address);
    const buffer = region?.buffer();
    const offset = Number(address - (region?.address ?? 0n));
    if (
      buffer === undefined || offset + (byteLength ?? 1) > buffer.byteLength
    ) {
      throw new Error(
        `There are no ${byteLength ?? 1} bytes of memory at 0x${
          address.toString(16)
        }`,
      );
    }
    return new DataView(buffer, offset, byteLength);
  }

  #show(buffer: ArrayBufferLike): Region {
    // A call lends JS memory; what nothing refers to any more is collected.
    const reference = new WeakRef(buffer);
    const address = this.#next + 16n;
    const { byteLength } = buffer;
    const region: Region = {
      address,
      byteLength,
      native: false,
      buffer: () => reference.deref(),
    };
    this.#ofBuffer.set(buffer, region);
    this.#add(region, address);
    return region;
  }

  #add(region: Region, address: bigint): void {
    if (this.#regions.length > this.#sweepAt) {
      this.#regions = this.#regions.filter((region) =>
        region.buffer() !== undefined
      );
      this.#sweepAt = this.#regions.length + 1024;
    }
    this.#regions.push(region);
    this.#next = (address + BigInt(region.byteLength) + GRANULARITY) &
      ~(GRANULARITY - 1n);
  }

  /** The index of the last region that starts at an address or before it. */
  #indexOf(address: bigint): number {
    let [low, high] = [0, this.#regions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#regions[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
