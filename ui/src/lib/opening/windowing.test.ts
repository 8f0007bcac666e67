import { describe, expect, it } from 'vitest';
import { LIMIT, OVER, windowOf } from './windowing';

describe('the window of a long list', () => {
  it('draws what is seen and a little more', () => {
    const frame = windowOf(4000, 400, 40, 1000);
    expect(frame.first).toBe(100 - OVER);
    expect(frame.end).toBe(110 + OVER);
    expect(frame.top).toBe((100 - OVER) * 40);
    expect(frame.height).toBe(40_000);
  });

  it('ends with the list', () => {
    expect(windowOf(0, 400, 40, 3)).toEqual({ first: 0, end: 3, top: 0, height: 120 });
    expect(windowOf(0, 400, 40, 0)).toEqual({ first: 0, end: 0, top: 0, height: 0 });
    expect(windowOf(1e9, 400, 40, 1000).end).toBe(1000);
  });

  it.each([40, 64, 92])(
    'stays below what engines lay out and still reaches the last of 1,000,000 rows of %i px',
    (row) => {
      const count = 1_000_000;
      const bottom = windowOf(LIMIT - 400, 400, row, count);
      expect(bottom.height).toBeLessThanOrEqual(LIMIT);
      expect(bottom.end).toBe(count);
      // The last row ends exactly at the bottom of what is seen.
      expect(bottom.top + (count - bottom.first) * row).toBeCloseTo(bottom.height, 3);
      const middle = windowOf((LIMIT - 400) / 2, 400, row, count);
      expect(Math.abs((middle.first + middle.end) / 2 - count / 2)).toBeLessThan(20);
    },
  );

  it('never draws many rows, however long the list', () => {
    for (const at of [0, 1e5, 1e6, 2e7]) {
      const { first, end } = windowOf(at, 900, 40, 1_000_000);
      expect(end - first).toBeLessThanOrEqual(24 + 2 * OVER);
    }
  });
});
