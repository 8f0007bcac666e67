import { describe, expect, it } from 'vitest';
import { fenOf } from './amount';

describe('an amount typed by hand', () => {
  it.each([
    ['25', 2500],
    ['25.5', 2550],
    ['25.05', 2505],
    [' ¥8.00 ', 800],
    ['２５', 2500],
    ['19.99', 1999],
    ['10000', 1_000_000],
  ])('%s', (text, fen) => expect(fenOf(text)).toBe(fen));

  it.each(['', '0', '0.00', '-5', '25.001', '1e3', '二十', '10000.01', '25,00'])('%s is none', (text) =>
    expect(fenOf(text)).toBeNull(),
  );
});
