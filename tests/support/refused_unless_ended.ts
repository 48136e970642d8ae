import { assertEquals, assertRejects } from "@std/assert";

/**
 * Checks a read whose memory was given away after the call: it is refused,
 * unless the system had read all of it when the call returned.
 *
 * @returns Whether it had.
 */
export async function refusedUnlessEnded(
  read: Promise<number | null>,
  count: number,
): Promise<boolean> {
  const [result] = await Promise.allSettled([read]);
  if (result.status === "fulfilled") {
    assertEquals(result.value, count);
    return true;
  }
  await assertRejects(
    () => read,
    TypeError,
    "has been transferred elsewhere",
  );
  return false;
}
