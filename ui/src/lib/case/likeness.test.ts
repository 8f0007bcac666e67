import { expect, it } from 'vitest';
import { difference } from './likeness';

it('tells the one character that differs', () => {
  expect(difference('粤B·1Z345', '粤B12345')).toEqual({ count: 1, pair: ['Z', '2'] });
});
it('counts several', () => {
  expect(difference('粤B1Z345', '粤B17346')).toEqual({ count: 2, pair: null });
});
it('leaves plates of different length to the hub', () => {
  expect(difference('粤A012345', '粤A12345')).toBeNull();
});
