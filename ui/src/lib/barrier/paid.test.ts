import { describe, expect, it } from 'vitest';
import type { View } from '$lib/backend';
import { temporary } from '$lib/backend/memory/sample';
import { Paid } from './paid.svelte';

const owing = temporary(false);
const payment = owing.payment as NonNullable<View['payment']>;
const settled = temporary(true);

describe('a payment that comes in while one looks on (scene 2)', () => {
  it('is told with its sum once nothing is due any more', () => {
    const paid = new Paid();
    paid.see(owing, settled, 0);
    expect(paid.news).toMatchObject({ stay: 'stay-9', sum: 2500, at: settled.payment?.paid_at });
  });

  it('is not told of a page that was paid before, nor of a part', () => {
    const paid = new Paid();
    paid.see(settled, settled, 0);
    paid.see(null, settled, 0);
    const part: View = { ...owing, payment: { ...payment, due_fen: 500, paid_fen: 2000 } };
    paid.see(owing, part, 0);
    expect(paid.news).toBeNull();
  });

  it('goes with the vehicle and with the lane', () => {
    const paid = new Paid();
    paid.see(owing, settled, 0);
    const next: View = { ...owing, payment: { ...payment, stay: 'stay-10' } };
    paid.see(settled, next, 0);
    expect(paid.news).toBeNull();
    paid.see(owing, settled, 0);
    paid.see(settled, null, 0);
    expect(paid.news).toBeNull();
  });
});
