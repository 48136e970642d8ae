// npm run win:clean
//
// Removes everything that the Windows environment has put on this system: runtimes, Debian root, prefix, compiled programs.

import { cacheFolder, removeCache } from "./windows/cache.ts";

const cache = cacheFolder();
try {
  console.log(
    await removeCache(cache)
      ? `Removed ${cache}`
      : `Nothing to remove: there is no ${cache}`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
