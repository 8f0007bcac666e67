import { describe, expect, it } from 'vitest';
import { openingAt } from '$lib/backend/memory/rows';
import { dayBegins, stamp } from '$lib/ui/format';
import { filterOf, fits, narrowed, nothing, remembered } from './filter';

const noon = Date.parse('2026-11-22T12:00:00+08:00');
const begins = (day: string) => stamp(dayBegins(day));

describe('the filter row', () => {
  it('leaves out what filters nothing', () => {
    expect(filterOf({ ...nothing }, noon)).toEqual({ from: begins('2026-11-22') });
  });

  it('takes whole local days, the last one included', () => {
    const filter = filterOf({ ...nothing, span: 'custom', fromDay: '2026-11-20', toDay: '2026-11-21' }, noon);
    expect(filter).toEqual({ from: begins('2026-11-20'), to: begins('2026-11-22') });
    expect(filterOf({ ...nothing, span: 'yesterday' }, noon)).toEqual({
      from: begins('2026-11-21'),
      to: begins('2026-11-22'),
    });
  });

  it('counts what narrows, not the span', () => {
    expect(narrowed({ ...nothing, span: 'month' })).toBe(0);
    expect(narrowed({ ...nothing, plate: '粤B', hour: 0 })).toBe(2);
  });

  it('knows whether an opening told on the stream belongs into the list', () => {
    const opening = { ...openingAt(0), plate: '粤B80D56', at: new Date(noon).toISOString() };
    const filter = (change: object) => filterOf({ ...nothing, ...change }, noon);
    expect(fits(filter({}), opening)).toBe(true);
    expect(fits(filter({ plate: '80d5' }), opening)).toBe(true);
    expect(fits(filter({ plate: '粤A' }), opening)).toBe(false);
    expect(fits(filter({ kind: 'normal' }), opening)).toBe(false);
    expect(fits(filter({ span: 'yesterday' }), opening)).toBe(false);
    expect(fits(filter({ hour: 12 }), opening)).toBe(true);
    expect(fits(filter({ hour: 13 }), opening)).toBe(false);
    expect(fits(filter({ passage: 'none' }), { ...opening, passage: 'none' })).toBe(true);
    expect(fits(filter({ passage: 'none' }), { ...opening, passage: 'passed' })).toBe(false);
    const owing = { ...opening, photos_owed: { missing: 1, due_at: opening.at } };
    expect(filter({ owing: 'yes' })).toMatchObject({ owing: true });
    expect(fits(filter({ owing: 'yes' }), owing)).toBe(true);
    expect(fits(filter({ owing: 'yes' }), { ...owing, photos_owed: { missing: 0, due_at: opening.at } })).toBe(false);
  });

  it('takes up what was kept, and nothing it does not understand', () => {
    expect(remembered(JSON.stringify({ span: 'week', kind: 'abnormal', person: 7, other: 'x' }))).toEqual({
      ...nothing,
      span: 'week',
      kind: 'abnormal',
    });
    expect(remembered('{')).toEqual(nothing);
    expect(remembered(JSON.stringify({ span: 'ever' })).span).toBe('today');
    expect(remembered(null)).toEqual(nothing);
  });
});
