import { describe, expect, it } from 'vitest';
import { surenessOf } from './sureness';

const picture = { url: '/p', taken_at: '2026-11-22T09:00:00Z', plate: '粤B12345' };

describe('how sure the camera is', () => {
  it('is said in words; a doubtful character is never sure', () => {
    expect(surenessOf({ ...picture, confidence: 97 })).toBe('picture.sure');
    expect(surenessOf({ ...picture, confidence: 97, doubtful: [3] })).toBe('picture.fair');
    expect(surenessOf({ ...picture, confidence: 75 })).toBe('picture.fair');
    expect(surenessOf({ ...picture, confidence: 40 })).toBe('picture.unsure');
  });

  it('is not said where there is no plate or no word of it', () => {
    expect(surenessOf(null)).toBeNull();
    expect(surenessOf(picture)).toBeNull();
    expect(surenessOf({ ...picture, plate: null, confidence: 90 })).toBeNull();
  });
});
