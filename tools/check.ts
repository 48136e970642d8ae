// npm run check
//
// Everything that can be said about the code without running it: types (by Deno and by tsc), lint, format, documentation,
// and what would be published.

import { spawn } from "node:child_process";
import { glob } from "node:fs/promises";
