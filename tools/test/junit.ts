/** One test's outcome. */
export interface TestResult {
  name: string;
  outcome: "passed" | "failed" | "skipped";
  /** For a failed test, what it says about the failure. */
  detail: string;
}

/** Reads a JUnit report, as `deno test`, `bun test` and Node's test runner write them. */
export function parseJunit(xml: string): TestResult[] {
  const cases = xml.matchAll(
    /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  );
  return Array.from(cases, ([, attributes = "", body = ""]) => {
    const failure =
      /<(?:failure|error)\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/(?:failure|error)>)/s
        .exec(body);
    const name = attribute(attributes, "name");
    if (failure) {
      const [, about = "", text = ""] = failure;
      return {
        name,
        outcome: "failed",
        detail: unescape(text).trim() || attribute(about, "message"),
      };
    }
    return {
      name,
      outcome: body.includes("<skipped") ? "skipped" : "passed",
      detail: "",
    };
  });
}

function attribute(attributes: string, name: string): string {
  return unescape(
    new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "",
  );
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (entity, decimal, hexadecimal, name) => {
      if (decimal) return String.fromCodePoint(Number(decimal));
      if (hexadecimal) return String.fromCodePoint(parseInt(hexadecimal, 16));
      return ENTITIES[name] ?? entity;
    },
  );
}
