import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '$lib/backend';
import { factsOf } from './timeline';

const entry = (what: TimelineEntry['what'], facts: Record<string, string>): TimelineEntry => ({
  at: '2026-11-22T06:25:51Z',
  what,
  facts,
});

describe('the facts of a step in words (R35)', () => {
  it('shows a correction as people compare it', () => {
    expect(factsOf(entry('corrected', { from: '粤B1Z345', to: '粤B12345' }))).toBe('粤B·1Z345 → 粤B·12345');
  });
  it('translates what is a word of the wire', () => {
    expect(factsOf(entry('order_result', { action: 'open', result: 'opened', order_id: 'x' }))).toBe(
      '开闸放行 · 已抬杆',
    );
  });
  it('writes money as money and names as they are', () => {
    expect(factsOf(entry('paid', { amount_fen: '2500' }))).toBe('¥25.00');
    expect(factsOf(entry('handed_over', { to: 'Anna-Lena B.', note: '换班' }))).toBe('Anna-Lena B. · 换班');
  });
  it('says of a release what the record holds, and no word of the wire', () => {
    const facts = { action: 'open', kind: 'abnormal', reason: 'police', photos: '2', unpaid: 'debt', order: 'x' };
    const named = (code: string) => (code === 'police' ? '军警消防救护' : code);
    expect(factsOf(entry('ordered', facts), named)).toBe(
      '开闸放行 · 异常放行 · 军警消防救护 · 证件照 2 张 · 转后续追缴',
    );
    expect(factsOf(entry('photo_taken', { photo: '01a2', source: 'lane_camera' }))).toBe('道口证件摄像头');
    expect(factsOf(entry('approval_answered', { answer: 'denied', note: '先登记' }))).toBe('未同意 · 先登记');
    expect(factsOf(entry('robot_told', { command: 'light', light: 'red', result: 'told' }))).toBe('灯 · 红 · 已送达');
    expect(factsOf(entry('taken_over', { from: '张三', reason: '换班' }), named)).toBe('张三 · 换班');
  });
  it('leaves out ids and times that say nothing', () => {
    expect(factsOf(entry('passed', { at: '2026-11-22T16:47:58.918Z', stay: 's1' }))).toBe('');
  });
});
