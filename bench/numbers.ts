/** Writes a number with three digits that count, and no more zeros than it takes. */
export function digits(value: number, count = 3): string {
  if (value === 0) return "0";
  const places = count - 1 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(places, 0), 6));
}

/** Writes a ratio: two places, and three digits where there are more before the point. */
export function ratioText(value: number): string {
  return value < 10 ? value.toFixed(2) : digits(value);
}

/** Writes a large number with spaces between thousands, which every reader of any language takes for what they are. */
export function grouped(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
}
