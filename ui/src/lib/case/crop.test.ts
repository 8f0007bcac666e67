import { describe, expect, it } from 'vitest';
import { laid, ring } from './crop';

const box = [0.4, 0.7, 0.2, 0.1] as const;
/** Where a point of the plate (part of its width) comes to stand over the row of cells. */
function over(part: number, length: number): number {
  const at = laid(box, length);
  if (!at) throw new Error('no crop');
  return parseFloat(at.left) + parseFloat(at.width) * (box[0] + part * box[2]);
}

describe('the plate’s crop over the cells', () => {
  it('puts the first and the seventh character over their cells', () => {
    expect(over(38 / 440, 7)).toBeCloseTo((22 / 392) * 100, 1);
    expect(over(402 / 440, 7)).toBeCloseTo((322 / 392) * 100, 1);
  });
  it('puts the eighth of a new energy plate over the last cell', () => {
    expect(over(443 / 480, 8)).toBeCloseTo((370 / 392) * 100, 1);
  });
  it('rings the cell of the doubtful character', () => {
    expect(parseFloat(ring(3).left)).toBeCloseTo((156 / 392) * 100, 1);
  });
  it('shows nothing for a box without size', () => {
    expect(laid([0, 0, 0, 0], 7)).toBeNull();
  });
});
