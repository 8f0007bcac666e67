/** Lays the plate of a picture over the input cells, character above cell. All results are CSS percentages of the crop. */

/** Width of the row of cells and the middle of each, in the units they are drawn with: 44 wide, 4 apart, a dot of 8 after two. */
const ROW = 392;
const middle = (at: number) => 22 + at * 48 + (at > 1 ? 12 : 0);

/** Where characters stand on a real plate, as parts of its width: seven on 440 mm, eight on 480 mm. */
const plates = {
  7: { first: 38 / 440, last: 402 / 440 },
  8: { first: 37 / 480, last: 443 / 480 },
} as const;

export interface Laid {
  left: string;
  top: string;
  width: string;
  height: string;
}

/** Part of the plate's height that is shown: its characters and a little around them. */
const SHOWN = 0.8;

export function laid(box: readonly [number, number, number, number], length: number): Laid | null {
  const [x, y, w, h] = box;
  if (w <= 0 || h <= 0) return null;
  const eight = length >= 8;
  const { first, last } = plates[eight ? 8 : 7];
  const width = (middle(eight ? 7 : 6) - middle(0)) / (last - first) / ROW;
  const left = middle(0) / ROW - first * width;
  const percent = (n: number) => `${(n * 100).toFixed(3)}%`;
  return {
    width: percent(width / w),
    left: percent(left - (x / w) * width),
    height: percent(1 / SHOWN / h),
    top: percent(-(y / h) / SHOWN - (1 / SHOWN - 1) / 2),
  };
}

/** Left edge and width of the ring round the character at `at`. */
export function ring(at: number): { left: string; width: string } {
  return { left: `${(((middle(at) - 22) / ROW) * 100).toFixed(3)}%`, width: `${((44 / ROW) * 100).toFixed(3)}%` };
}
