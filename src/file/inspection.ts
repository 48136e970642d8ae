/**
 * What `console.log()` prints of an object.
 *
 * @module
 */

const DENO = /* @__PURE__ */ Symbol.for("Deno.customInspect");
const NODE = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/** What the runtimes call to print an object. */
type Inspect = (value: unknown, options?: object) => string;

/**
 * Has Deno, Bun and Node print what a function says of an object, and none of
 * its private members. Does nothing the second time.
 *
 * @param prototype The prototype of the objects.
 * @param stateOf Returns what is printed of one, behind its class's name.
 */
export function printAs<T extends object>(
  prototype: T,
  stateOf: (object: T) => object,
): void {
  if (Object.hasOwn(prototype, DENO)) return;
  const print = (object: T, inspect: Inspect, options?: object) => {
    let state: object = {};
    try {
      state = stateOf(object);
    } catch {
      /* Only a prototype, or what inherits from an object, has none. */
    }
    return `${object.constructor.name} ${inspect(state, options)}`;
  };
  const define = (name: symbol, value: (...args: never[]) => string) =>
    Object.defineProperty(prototype, name, { value });
  define(DENO, function (this: T, inspect, options) {
    return print(this, inspect, options);
  });
  define(NODE, function (this: T, _, options, inspect) {
    return print(this, inspect, options);
  });
}
