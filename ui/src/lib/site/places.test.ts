import { describe, expect, it } from 'vitest';
import { filled, said, shownAs, unknownPlaces } from './places';

describe('names in braces', () => {
  it('are filled as the hub fills them: shown and said', () => {
    expect(filled('应付 {amount}\n{plate}', shownAs)).toBe('应付 ¥12.00\n粤B·12345');
    expect(filled('应付{amount}', said)).toBe('应付12元');
    expect(filled('{nothing}好 { 开', shownAs)).toBe('好 { 开');
  });

  it('are told where nothing is known of them', () => {
    expect(unknownPlaces('{amount}{colour} {', ['amount'])).toEqual(['colour']);
  });
});
