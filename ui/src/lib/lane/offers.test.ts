import { describe, expect, it } from 'vitest';
import type { Assessment, View } from '$lib/backend';
import { corrected, heldByOther, misread, plainEntry, temporary } from '$lib/backend/memory/sample';
import { directionOf, offerOf, offers, whyNotOpen } from './offers';
import { verdictOf } from './verdict';

describe('what the bar offers (R18)', () => {
  it('is what the hub says, nothing else', () => {
    expect(offers(corrected(), 'open')).toBe(true);
    expect(offers(temporary(false), 'open')).toBe(false);
    expect(offers(heldByOther(), 'open')).toBe(false);
    expect(offers(null, 'open')).toBe(false);
  });

  it('leaves out what needs something this page cannot give', () => {
    const view: View = { ...corrected(), offers: [{ op: 'open', needs: ['approval'] }] };
    expect(offerOf(view, 'open')).toBeUndefined();
    expect(
      offerOf({ ...view, offers: [{ op: 'open', needs: ['driver_phone', 'entry_reason'] }] }, 'open'),
    ).toBeDefined();
  });
});

describe('why there is no normal opening', () => {
  const exit = (assessment: Assessment, change: Partial<View> = {}): View => ({
    ...temporary(false),
    payment: null,
    offers: [],
    assessment,
    ...change,
  });

  it('says nothing where opening is offered', () => {
    expect(whyNotOpen(corrected())).toBeNull();
  });
  it('says to pay first while something is due', () => {
    expect(whyNotOpen(temporary(false))).toBe('why.pay');
  });
  it('asks for the direction on a lane both ways (R42)', () => {
    expect(directionOf(plainEntry('W02'))).toBeNull();
    expect(whyNotOpen(plainEntry('W02'))).toBe('why.direction');
  });
  it('asks to choose where there are look-alikes, and to check where there are none', () => {
    expect(whyNotOpen(misread())).toBe('why.choose');
    expect(whyNotOpen({ ...misread(), candidates: [] })).toBe('why.no_entry_record');
  });
  it('never takes a failed lookup for temporary parking', () => {
    expect(whyNotOpen(exit('unknown'))).toBe('why.unknown');
    expect(verdictOf(exit('unknown')).title).toBe('查询失败');
  });
  it.each<[Assessment, string]>([
    ['vehicle_locked', 'why.vehicle_locked'],
    ['blacklisted', 'why.blacklisted'],
    ['unlicensed', 'why.unlicensed_exit'],
    ['pass_expired', 'why.pass_expired'],
    ['space_taken', 'why.space_taken'],
  ])('%s has its own sentence', (assessment, why) => {
    expect(whyNotOpen(exit(assessment))).toBe(why);
  });
  it('tells an outsider from an unlicensed vehicle at an entry', () => {
    const entry = (assessment: Assessment): View => ({ ...plainEntry('E01'), offers: [], assessment });
    expect(whyNotOpen(entry('temporary'))).toBe('why.outsiders');
    expect(whyNotOpen(entry('unlicensed'))).toBe('why.unlicensed_entry');
  });
  it('says so where no vehicle stands', () => {
    expect(whyNotOpen(plainEntry('N01'))).toBe('why.no_vehicle');
  });
});

describe('the verdict', () => {
  it('says of a vehicle that went through that it is gone, not that its entry record is missing (R37)', () => {
    const at = '2026-11-22T06:26:10Z';
    const left: View = { ...misread(), timeline: [{ at, what: 'passed' }] };
    expect(verdictOf(left)).toMatchObject({ tone: 'ok', title: '车辆已通过' });
    const next: View = { ...left, timeline: [...left.timeline, { at, what: 'plate_read' }] };
    expect(verdictOf(next).title).not.toBe('车辆已通过');
  });

  it.each<[string, View, string, string]>([
    ['a valid pass', corrected(), '有效月卡', 'ok'],
    ['owing', temporary(false), '临停 · 待缴费', 'attention'],
    ['paid', temporary(true), '临停 · 已付清', 'ok'],
    ['no entry record', misread(), '无进场信息', 'attention'],
    ['nobody there', plainEntry('N01'), '没有车辆', 'muted'],
  ])('%s', (_, view, title, tone) => {
    expect(verdictOf(view)).toMatchObject({ title, tone });
  });

  it('warns of a pass that is already inside', () => {
    const view = plainEntry('E01');
    const pass = corrected().vehicle?.pass ?? null;
    const inside: View = {
      ...view,
      assessment: 'pass_valid',
      vehicle: { ...(view.vehicle as NonNullable<View['vehicle']>), pass, status: 'inside' },
    };
    expect(verdictOf(inside)).toMatchObject({ tone: 'attention', title: '有效月卡' });
  });

  it('says that only the difference is due', () => {
    const view = temporary(false);
    const payment = { ...(view.payment as NonNullable<View['payment']>), paid_fen: 2100, due_fen: 400 };
    expect(verdictOf({ ...view, payment }).facts).toContain('已付 ¥21.00，只收差额');
  });
});
