// Uses every library that the module opens.

import { lastErrorCapture, listenPipe, openSync } from "../../../mod.ts";

openSync("NUL").close();
console.log(lastErrorCapture());
const name = `\\\\.\\pipe\\kernel32-io-${crypto.randomUUID()}`;
// The text of a descriptor is advapi32's to read.
const listener = listenPipe(name, { allow: { sddl: "D:P(A;;FA;;;WD)" } });
console.log("listens");
await listener.close();
