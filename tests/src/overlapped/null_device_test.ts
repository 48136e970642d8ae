import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { open } from "../../../mod.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";

test("reads of NUL end no other operation, whatever packets they leave", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  await using nul = await open("\\\\.\\NUL", { read: true });
  for (let i = 0; i < 20; i++) {
    const count = await nul.read(new Uint8Array(10));
    assertEquals(count ?? 0, 0);
    const reads = [
      server.read(new Uint8Array(4)),
      server.read(new Uint8Array(4)),
    ];
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.write(new Uint8Array(8));
    assertEquals(await Promise.all(reads), [4, 4]);
  }
});
