import { describe, expect, it } from 'vitest';
import { countdown } from '$lib/ui/format';
import { isLastMinute, isOverdue, left, share } from './lease';

const end = '2026-11-22T06:35:00Z';
const at = (text: string) => Date.parse(text);

describe('the countdown of a lease (R9)', () => {
  it('counts down to nothing and never below', () => {
    expect(countdown(left(end, at('2026-11-22T06:26:19Z')) ?? 0)).toBe('08:41');
    expect(left(end, at('2026-11-22T07:00:00Z'))).toBe(0);
    expect(countdown(-5)).toBe('00:00');
  });
  it('shows a begun second as a whole one, so that 00:00 means over', () => {
    expect(countdown(400)).toBe('00:01');
    expect(countdown(600_300)).toBe('10:00');
  });
  it('does not run while a call is live (R11)', () => {
    expect(left(null, 0)).toBeNull();
    expect(isLastMinute(null)).toBe(false);
    expect(share(null, 600_000)).toBe(1);
  });
  it('turns attention in the last minute', () => {
    expect(isLastMinute(60_001)).toBe(false);
    expect(isLastMinute(60_000)).toBe(true);
  });
  it('is over by itself when nobody told the end', () => {
    expect(isOverdue(end, at(end) + 1_999)).toBe(false);
    expect(isOverdue(end, at(end) + 2_000)).toBe(true);
    expect(isOverdue(null, at(end))).toBe(false);
  });
});
