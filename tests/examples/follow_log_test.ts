import { test } from "node:test";
import { checkFollow } from "../support/followed_log.ts";
import { tempFolder } from "../support/temp_folder.ts";

test("follow() gives each line once, whatever the writer does with its file", async () => {
  using folder = tempFolder();
  await checkFollow(folder.file("log.txt"));
});
