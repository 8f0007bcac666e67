import { describe, expect, it } from 'vitest';
import { changedAt, CELLS, erase, fromCells, places, put, toCells } from './segments';

const empty = toCells('');

describe('typing a plate by segments', () => {
  it('takes one character a cell and goes on', () => {
    let typed = { cells: empty, focus: 0 };
    for (const char of '粤B12345') typed = put(typed.cells, typed.focus, char);
    expect(fromCells(typed.cells)).toBe('粤B12345');
    expect(typed.focus).toBe(7);
  });

  it('takes the eighth of a new energy plate and stays there', () => {
    const typed = put(toCells('粤AD1234'), 7, '5');
    expect(fromCells(typed.cells)).toBe('粤AD12345');
    expect(typed.focus).toBe(CELLS - 1);
  });

  it('replaces everything when a whole plate is pasted, dot, blanks and full width included', () => {
    expect(fromCells(put(toCells('粤B1Z345'), 4, '粤Ｂ·12 345').cells)).toBe('粤B12345');
    expect(put(empty, 3, '京A1234警').focus).toBe(7);
  });

  it('writes small letters large', () => {
    expect(fromCells(put(empty, 1, 'b').cells)).toBe('B');
  });

  it('never grows beyond its cells', () => {
    expect(fromCells(put(empty, 0, '粤AD123456789').cells)).toHaveLength(CELLS);
  });
});

describe('taking back', () => {
  it('empties this cell first, then the one before', () => {
    const first = erase(toCells('粤B1'), 2);
    expect(first).toMatchObject({ focus: 2 });
    expect(fromCells(first.cells)).toBe('粤B');
    const second = erase(first.cells, 2);
    expect(second.focus).toBe(1);
    expect(fromCells(second.cells)).toBe('粤');
  });
  it('stops at the first cell', () => {
    expect(erase(empty, 0)).toEqual({ cells: empty, focus: 0 });
  });
});

describe('what differs from the reading', () => {
  it('marks the corrected character', () => {
    expect(changedAt(toCells('粤B12345'), '粤B1Z345')).toEqual([3]);
  });
  it('marks nothing where nothing was read', () => {
    expect(changedAt(toCells('粤B12345'), null)).toEqual([]);
  });
  it('counts doubt from one, as people do', () => {
    expect(places([3])).toBe('4');
    expect(places([2, 5])).toBe('3、6');
  });
});
