/**
 * Which rows of a long list are drawn. Heights in pixels.
 *
 * Engines stop laying out a little above 33 million pixels. A list longer than `LIMIT` is therefore drawn `LIMIT` high and
 * its scrolling stretched: the row under the middle of the scroll bar is always the right one.
 */
export const LIMIT = 24_000_000;
/** Rows drawn beyond what is seen, so that a fast wheel shows no blank. */
export const OVER = 8;

export interface Window {
  /** The first row to draw and the one after the last. */
  first: number;
  end: number;
  /** Where the first drawn row stands, from the top of the list. */
  top: number;
  /** How high the list is drawn. */
  height: number;
}

export function windowOf(scrolled: number, seen: number, row: number, count: number): Window {
  const real = count * row;
  const height = Math.min(real, LIMIT);
  const stretch = height > seen ? Math.max(1, (real - seen) / (height - seen)) : 1;
  const at = Math.max(0, Math.min(scrolled, height - seen)) * stretch;
  const first = Math.max(0, Math.floor(at / row) - OVER);
  const end = Math.min(count, Math.ceil((at + seen) / row) + OVER);
  return { first, end, top: at / stretch + (first * row - at), height };
}
