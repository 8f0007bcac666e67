import { clock } from '$lib/ui/format';
import { describe, expect, it } from 'vitest';
import type { Call } from '$lib/backend';
import { clockOf, clockOfPage, isFree, isOwn, lookupOf, oldestFirst, placeOf } from './call';

const noon = Date.parse('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString();
const me = { id: 'agent', name: '李四', role: 'agent' as const };
const other = { id: 'wangwu', name: '王五', role: 'agent' as const };
const call = (change: Partial<Call> = {}): Call => ({
  id: 'c1',
  state: 'waiting',
  caller: '13800138000',
  by_hand: false,
  overflow: false,
  since: at(0),
  ...change,
});

describe('a call', () => {
  it('is one’s own while it rings here or is spoken', () => {
    expect(isOwn(call({ state: 'ringing', by: me }), me)).toBe(true);
    expect(isOwn(call({ state: 'live', by: me }), me)).toBe(true);
    expect(isOwn(call({ state: 'ended', by: me }), me)).toBe(false);
    expect(isOwn(call({ state: 'live', by: other }), me)).toBe(false);
  });

  it('may be taken where it waits, rings here, or rings elsewhere for too long (R30)', () => {
    expect(isFree(call(), me)).toBe(true);
    expect(isFree(call({ state: 'ringing', by: me }), me)).toBe(true);
    expect(isFree(call({ state: 'ringing', by: other }), me)).toBe(false);
    expect(isFree(call({ state: 'ringing', by: other, overflow: true }), me)).toBe(true);
    expect(isFree(call({ state: 'live', by: other }), me)).toBe(false);
  });

  it('stands in the queue by its age', () => {
    const queue = oldestFirst([call({ id: 'b', since: at(9) }), call({ id: 'a', since: at(3) })]);
    expect(queue.map((each) => each.id)).toEqual(['a', 'b']);
  });

  it('names its lane, or what a search for it begins with (R29)', () => {
    const known = call({ lot: { id: 'l', name: '彩悦大厦' }, lane: { id: 'E02', name: '东门出口', code: 'E-02' } });
    expect(placeOf(known)).toBe('彩悦大厦 · 东门出口');
    expect(placeOf(call())).toBeNull();
    expect(lookupOf(call({ robot: 'R-9', called: '400' }))).toBe('R-9');
    expect(lookupOf(call({ called: '400' }))).toBe('400');
    expect(lookupOf(call())).toBe('13800138000');
  });
});

describe('the clock of a call (R11, R32)', () => {
  it('counts the ringing, then the talk, then stands', () => {
    expect(clockOf(call(), noon + 12_000)).toEqual({ phase: 'rings', length: 12_000 });
    const live = call({ state: 'live', answered_at: at(10) });
    expect(clockOf(live, noon + 75_000)).toEqual({ phase: 'live', length: 65_000 });
    expect(clockOf({ ...live, state: 'ended', ended_at: at(100) }, noon + 999_000)).toEqual({
      phase: 'over',
      length: 90_000,
    });
  });

  it('is over on a page read anew once the lease runs again', () => {
    const now = { id: 'c1', caller: '', started_at: at(0), answered_at: at(5) };
    expect(clockOfPage(now, false, noon + 65_000)).toEqual({ phase: 'live', length: 60_000 });
    expect(clockOfPage(now, true, noon + 65_000)).toEqual({ phase: 'over', length: null });
    const ended = { ...now, ended_at: at(50) };
    expect(clockOfPage(ended, true, noon + 65_000)).toEqual({ phase: 'over', length: 45_000 });
  });

  it('reads minutes and seconds', () => {
    expect([clock(48_900), clock(65_000), clock(3_600_000), clock(-5)]).toEqual(['0:48', '1:05', '60:00', '0:00']);
  });
});
