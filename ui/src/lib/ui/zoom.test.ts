import { describe, expect, it } from 'vitest';
import { closer, CLOSEST, moved, WHOLE } from './zoom';

describe('looking closer', () => {
  it('keeps what stands under the finger there, and never shows an edge', () => {
    const twice = closer(WHOLE, 2, { x: 300, y: 100 }, 400, 200);
    expect(twice).toEqual({ scale: 2, x: -300, y: -100 });
    expect(moved(twice, { x: -500, y: 30 }, 400, 200)).toEqual({ scale: 2, x: -400, y: -70 });
    expect(moved(twice, { x: 900, y: 900 }, 400, 200)).toEqual({ scale: 2, x: 0, y: 0 });
  });

  it('has an end both ways; the whole picture does not move', () => {
    expect(closer(WHOLE, 100, { x: 0, y: 0 }, 400, 200).scale).toBe(CLOSEST);
    const back = closer({ scale: 2, x: -300, y: -100 }, 0.1, { x: 7, y: 7 }, 400, 200);
    expect(back).toEqual(WHOLE);
    expect(moved(WHOLE, { x: 50, y: 50 }, 400, 200)).toEqual(WHOLE);
  });
});
