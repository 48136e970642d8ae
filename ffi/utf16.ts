/**
 * Text in UTF-16, as the functions of Windows take and return it. Lone
 * surrogates, which names may have, stay what they are.
 *
 * @module
 */

/** Returns a string's units and the NUL that ends them, in memory of their own. */
export function wideString(text: string): Uint16Array<ArrayBuffer> {
  const units = new Uint16Array(new ArrayBuffer(2 * (text.length + 1)));
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** Returns the string that units make, without a limit on its length. */
export function textOf(units: Uint16Array): string {
  let text = "";
  for (let i = 0; i < units.length; i += 8192) {
    text += String.fromCharCode(...units.subarray(i, i + 8192));
  }
  return text;
}
