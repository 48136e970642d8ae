import { kernel32, openSync } from "../../mod.ts";
import { tempFolder } from "./temp_folder.ts";

/** Whether there is memory at an address. The system is asked, which refuses to write what is not there. */
export function isMapped(address: bigint): boolean {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), { write: true, create: true });
  return kernel32.WriteFile(file.handle, address, 1, new Uint32Array(1), null);
}
