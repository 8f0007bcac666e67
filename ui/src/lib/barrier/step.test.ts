import { describe, expect, it } from 'vitest';
import type { Order, OrderResult } from '$lib/backend';
import { nextStep, passedAfter } from './step';

const at = '2026-11-22T06:25:51Z';
const order = (result: OrderResult, action: Order['action'] = 'open'): Order => ({
  id: 'o',
  case: 'c',
  action,
  result,
  detail: '',
  at,
});
const passed = { at: '2026-11-22T06:26:10Z', what: 'passed' as const };

describe('the one loud thing', () => {
  it('is opening as long as nothing was ordered, or the order came to nothing', () => {
    expect(nextStep(null, false, [])).toBe('open');
    expect(nextStep(order('refused'), false, [])).toBe('open');
    expect(nextStep(order('failed'), false, [])).toBe('open');
  });
  it('is looking, not opening again, while nobody knows what became of an order (R26)', () => {
    expect(nextStep(order('unknown'), false, [])).toBe('look');
    expect(nextStep(order('unknown'), true, [])).toBe('open');
    expect(nextStep(order('unknown', 'close'), false, [])).toBe('look');
  });
  it('is the passage once the barrier was told to rise, then the end of the case (R37)', () => {
    expect(nextStep(order('opened'), false, [])).toBe('passage');
    expect(nextStep(order('opened'), false, [passed])).toBe('close');
  });
  it('takes a passage before the order for another vehicle’s', () => {
    expect(passedAfter(order('opened'), [{ ...passed, at: '2026-11-22T06:20:00Z' }])).toBeNull();
  });
});
