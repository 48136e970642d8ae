// Gives the permission for foreign functions back, if the runtime has such, and goes on with files.

import { diagnostics, openSync } from "../../../mod.ts";
import { tempFolder } from "../temp_folder.ts";

interface Permissions {
  revoke(descriptor: { readonly name: "ffi" }): Promise<unknown>;
}

const { Deno } = globalThis as {
  readonly Deno?: { readonly permissions: Permissions };
};

using folder = tempFolder();
const options = { read: true, write: true, create: true } as const;
using file = openSync(folder.file("a"), options);
const bytes = new Uint8Array(64).fill(7);
file.write(bytes);
using nothing = openSync("\\\\.\\NUL");
await Deno?.permissions.revoke({ name: "ffi" });

for (let i = 0; i < 4; i++) file.write(bytes);
file.seek(0);
let read = 0;
for (let n = file.read(bytes); n !== null; n = file.read(bytes)) read += n;
file.write(bytes, { at: 1000 });
file.lock();
file.flush();
console.log(read, file.size(), nothing.read(bytes) ?? 0);
file.close();
using other = openSync(folder.file("a"), { read: true });
console.log(other.read(new Uint8Array(2000)));
other.close();
// What only a new call finds out.
console.log(diagnostics().system === undefined);
