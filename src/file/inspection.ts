/**
 * What `console.log()` prints of an object.
 *
 * @module
 */

/** What the runtimes call to print an object. */
type Inspect = (value: unknown, options?: object) => string;

/**
 * Has Deno, Bun and Node print what a function says of an object, and none of
 * its private members.
 *
 * @param prototype The prototype of the objects.
 * @param stateOf Returns what is printed of one, behind its class's name.
 */
export function printAs<T extends object>(
  prototype: T,
  stateOf: (object: T) => object,
): void {
  const print = (object: T, inspect: Inspect, options?: object) =>
    `${object.constructor.name} ${inspect(stateOf(object), options)}`;
  const define = (name: string, value: (...args: never[]) => string) =>
    Object.defineProperty(prototype, Symbol.for(name), { value });
  define("Deno.customInspect", function (this: T, inspect, options) {
    return print(this, inspect, options);
  });
  define("nodejs.util.inspect.custom", function (this: T, _, options, inspect) {
    return print(this, inspect, options);
  });
}
