import { describe, expect, it } from 'vitest';
import { grouped, looksLikeRecord, moved } from './query';
import { sampleHits } from '$lib/backend/memory/sample';

describe('search results', () => {
  it('groups lanes under their lot in the hub’s order', () => {
    const groups = grouped(sampleHits(''));
    expect(groups[0]?.name).toBe('彩悦大厦');
    expect(groups[0]?.lanes.map((lane) => lane.code)).toEqual(['E-01', 'E-02', 'W-01', 'W-02']);
  });

  it('shows a lot that fits by itself without lanes', () => {
    const groups = grouped({ lots: [{ id: 'x', name: '云顶广场' }], lanes: [] });
    expect(groups).toEqual([{ id: 'x', name: '云顶广场', lanes: [] }]);
  });
});

describe('what may be a record (R41)', () => {
  it.each(['粤B12345', '粤B·1Z345', '粤AD12345', '13826004417', '4417', '202611220001'])('%s', (text) => {
    expect(looksLikeRecord(text)).toBe(true);
  });
  it.each(['cydd', '彩悦', '东门', 'E01', '2号'])('%s is a lane', (text) => {
    expect(looksLikeRecord(text)).toBe(false);
  });
});

describe('arrow keys', () => {
  it('go round and start at the near end', () => {
    expect(moved(-1, 1, 3)).toBe(0);
    expect(moved(-1, -1, 3)).toBe(2);
    expect(moved(2, 1, 3)).toBe(0);
    expect(moved(0, -1, 3)).toBe(2);
    expect(moved(0, 1, 0)).toBe(-1);
  });
});
