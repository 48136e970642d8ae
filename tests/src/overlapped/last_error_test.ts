// portable

import { assertEquals } from "@std/assert";
import { getLastWin32Error, kernel32, open } from "../../../mod.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { turns } from "../../support/event_loop.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";

/** A code that no call of the module leaves behind: bit 29 is the user's. */
const MARK = 0x2000_1234;

strictTest(
  "the last error stays that of the program's own calls while operations end, are cancelled and files close",
  async (kernel) => {
    const file = await newFile();
    const pipe = await overlappedPipe();
    const { server, client } = pipe;
    const marked = async (what: string, promise: Promise<unknown>) => {
      kernel32.SetLastError(MARK);
      await promise.catch(() => {});
      assertEquals(getLastWin32Error(), MARK, what);
    };
    kernel.schedule.choose = () => "later";
    await marked(
      "a read that ends later",
      file.read(new Uint8Array(1), { at: 0 }),
    );
    kernel.schedule.choose = undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const read = server.read(new Uint8Array(1), { signal });
    await turns();
    kernel32.SetLastError(MARK);
    controller.abort();
    assertEquals(getLastWin32Error(), MARK, "an abort");
    await marked("a read that was aborted", read);
    const waiting = server.read(new Uint8Array(1)).catch(() => {});
    await turns();
    await marked("close() with a read that waits", server.close());
    await waiting;
    await marked("close() of a pipe", client.close());
    await marked("close() of a file", file.close());
    await turns();
    assertEquals(getLastWin32Error(), MARK, "the port's end");
    const again = await open("C:\\a", { read: true });
    await marked("close() of the last file", again.close());
    await turns();
    assertEquals(getLastWin32Error(), MARK, "the end of the port of one file");
  },
  [1, 2, 3, 4, 5, 6],
);
