import { describe, expect, it } from 'vitest';
import type { Backend, LaneStill, Picture } from '$lib/backend';
import { Stills } from './stills.svelte';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
const picture: Picture = { url: '/api/pictures/now', plate: '粤B12345', taken_at: at(30) };
const still = (second: number, plate: string | null): LaneStill => ({
  url: `/s${second}`,
  taken_at: at(second),
  plate,
});

function stills(...of: LaneStill[]): Stills {
  const backend = { laneStills: () => Promise.resolve({ ok: true, data: of }) } as unknown as Backend;
  return new Stills(backend, picture);
}

describe('the last minute', () => {
  it('is stepped back through and forward again, and what came later is not part of it', async () => {
    const minute = stills(still(10, null), still(20, '粤B12345'), still(40, '粤B12345'));
    await minute.load('E02');
    expect(minute.url).toBe('/api/pictures/now');
    minute.earlier();
    expect([minute.url, minute.otherPlate]).toEqual(['/s20', null]);
    minute.earlier();
    minute.earlier();
    expect([minute.url, minute.hasEarlier]).toEqual(['/s10', false]);
    minute.later();
    minute.later();
    minute.later();
    expect(minute.url).toBe('/api/pictures/now');
  });

  it('says of whom a picture may be: the vehicle before never passes for this one', async () => {
    const minute = stills(still(5, '粤A99999'), still(20, '粤B12345'));
    await minute.load('E02');
    minute.earlier();
    expect(minute.otherPlate).toBeNull();
    minute.earlier();
    expect(minute.otherPlate).toBe('粤A99999');
  });
});
