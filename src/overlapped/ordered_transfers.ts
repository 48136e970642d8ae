/**
 * Transfers without an offset, which run one after the other.
 *
 * @module
 */
import { transferredBefore } from "../errors/bytes_transferred.ts";
import { isReason } from "../file/signal.ts";
import { advance, type Offset } from "../file/transfer_limits.ts";

/** The transfers at the position of one file, in the order of the calls. */
export class OrderedTransfers {
  /** Where the next transfer begins that has no offset, in bytes. */
  position: Offset = 0;
  /** The end of the transfer that comes last so far. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Makes a transfer after those before it, and moves the position behind it.
   *
   * @param signal What may abort it.
   * @param at Where it begins instead of the position, which stays.
   */
  run<Result extends number | null>(
    transfer: (at: Offset) => Promise<Result>,
    signal: AbortSignal | undefined,
    at?: Offset,
  ): Promise<Result> {
    return this.after(async () => {
      if (at !== undefined) return await transfer(at);
      try {
        const count = await transfer(this.position);
        this.position = advance(this.position, count ?? 0);
        return count;
      } catch (error) {
        // The reason of an abort may be the error of another transfer.
        if (!isReason(error, signal)) {
          this.position = advance(this.position, transferredBefore(error));
        }
        throw error;
      }
    });
  }

  /** Does work after the transfers before it. */
  after<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
