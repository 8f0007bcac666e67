import { describe, expect, it } from 'vitest';
import { sampleView } from '$lib/backend/memory/sample';
import { merged } from './merge';

describe('merging what the hub tells into the view', () => {
  const view = sampleView('E02');

  it('leaves parts alone that are not told', () => {
    const next = merged(view, { type: 'view', lane: 'E02', assessment: 'temporary' });
    expect(next.assessment).toBe('temporary');
    expect(next.picture).toBe(view.picture);
    expect(next.offers).toBe(view.offers);
  });

  it('takes null as gone for a part that can vanish', () => {
    const next = merged(view, { type: 'view', lane: 'E02', picture: null, lease: null, payment: null });
    expect(next.picture).toBeNull();
    expect(next.lease).toBeNull();
    expect(next.payment).toBeNull();
  });

  it('never empties a part that is always there', () => {
    const next = merged(view, { type: 'view', lane: 'E02', barrier: null, offers: null });
    expect(next.barrier).toBe(view.barrier);
    expect(next.offers).toBe(view.offers);
  });

  it('takes the case from case_now and not from the id', () => {
    const now = { ...(view.case as NonNullable<typeof view.case>), plate: '粤B12345', corrected: true };
    expect(merged(view, { type: 'view', lane: 'E02', case: 'other', case_now: now }).case).toBe(now);
    expect(merged(view, { type: 'view', lane: 'E02', case: 'other' }).case).toBe(view.case);
  });

  it('does not change the view it was given', () => {
    const before = structuredClone(view);
    merged(view, { type: 'view', lane: 'E02', barrier: { state: 'open', online: true } });
    expect(view).toEqual(before);
  });
});
