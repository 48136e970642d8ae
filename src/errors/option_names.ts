/**
 * Names of options that there are not: misspelled, they would do nothing.
 *
 * @module
 */

/**
 * Checks that an object of options has known names only.
 *
 * @param owner What the message calls the function or class.
 * @throws {TypeError} If not.
 */
export function checkNames(
  options: object,
  owner: string,
  known: readonly string[],
): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) refuseName(options, name, owner, known);
  }
}

/**
 * Refuses an option that is not known, unless it is inherited. For checks by
 * `for … in`, which allocate nothing.
 *
 * @throws {TypeError} If it is the object's own.
 */
export function refuseName(
  options: object,
  name: string,
  owner: string,
  known: readonly string[],
): void {
  if (!Object.hasOwn(options, name)) return;
  const others = known.length === 1
    ? `The only option is ${known[0]}.`
    : `The options are ${known.join(", ")}.`;
  throw new TypeError(`"${name}" is no option of ${owner}. ${others}`);
}
