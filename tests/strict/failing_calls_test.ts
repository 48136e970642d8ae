// portable

import "../support/old_node.ts";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { type CellCount, runCells } from "../support/matrix/cells.ts";
import { matrixOperations } from "../support/matrix/operations.ts";

const count: CellCount = { run: 0, excluded: 0 };
const operations = matrixOperations();

for (const operation of operations) {
  const { method, variant } = operation;
  test(`${method}() stands every end of its calls: ${variant}`, async () => {
    const wrong = await runCells(operation, count);
    assertEquals(wrong, []);
  });
}
