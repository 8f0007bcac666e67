import type { LaneHit, SearchHits } from '$lib/backend';

export interface LotGroup {
  id: string;
  name: string;
  lanes: LaneHit[];
}

/** Lanes under their lot, best lot first: a lot stands where its best lane or its own name came. */
export function grouped(hits: SearchHits): LotGroup[] {
  const groups = new Map<string, LotGroup>();
  for (const lane of hits.lanes) {
    const group = groups.get(lane.lot.id) ?? { id: lane.lot.id, name: lane.lot.name, lanes: [] };
    group.lanes.push(lane);
    groups.set(lane.lot.id, group);
  }
  for (const lot of hits.lots) if (!groups.has(lot.id)) groups.set(lot.id, { id: lot.id, name: lot.name, lanes: [] });
  return [...groups.values()];
}

/** Whether the text can be a plate, a phone or an order number, so that records are looked up too (R41). */
export function looksLikeRecord(query: string): boolean {
  const text = query
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s·-]/g, '');
  const plate = /^[\p{Script=Han}][A-Z][A-Z0-9]{3,6}[\p{Script=Han}]?$/u;
  const digits = /\d{4,}/;
  const order = /^[A-Z0-9]{8,40}$/;
  return plate.test(text) || digits.test(text) || (order.test(text) && /\d/.test(text));
}

/** The next place for the arrow keys, going round; -1 is none. */
export function moved(at: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (at < 0) return by > 0 ? 0 : count - 1;
  return (at + by + count) % count;
}

/** What Enter does with a lane: one that somebody else holds is looked at, where it can be asked for; claiming it fails. */
export function firstWay(lane: Pick<LaneHit, 'held'>, me: string | undefined): 'claim' | 'view' {
  return lane.held && lane.held.holder.id !== me ? 'view' : 'claim';
}
