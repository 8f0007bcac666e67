import { describe, expect, it } from 'vitest';
import { aim } from './aim';

const picture = { width: 1280, height: 720 };

describe('aiming a picture at its plate', () => {
  it('centres the plate in a frame narrower than the picture', () => {
    // 720 high at scale 1: 400 of 1280 are shown, and the plate's middle at 0.6 is to stand at 200.
    const position = aim([0.55, 0.7, 0.1, 0.08], picture, { width: 400, height: 720 });
    expect(position).toBe(`${Math.round(((0.6 * 1280 - 200) / 880) * 100)}% 50%`);
  });
  it('stops at the picture’s edge', () => {
    expect(aim([0.95, 0.5, 0.05, 0.05], picture, { width: 400, height: 720 })).toBe('100% 50%');
  });
  it('shows the lower middle where no plate was found', () => {
    expect(aim(null, picture, { width: 400, height: 720 })).toBe('50% 75%');
  });
});
