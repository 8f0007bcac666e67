import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { people } from '$lib/backend/memory/sample';
import { low, phone } from '$lib/ui/media.svelte';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

const chief = people['chief'] ?? null;
async function open(script: Script = {}) {
  const backend = new MemoryBackend({ person: chief, ...script });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}
/** A dozen rows unless a test is about many: every check reads each of them. */
async function openings(script: Script = {}) {
  const opened = await open({ rows: 12, ...script });
  await opened.user.click(screen.getByTestId('nav-openings'));
  await waitFor(() => expect(screen.queryAllByTestId(/^openings-row-/).length).toBeGreaterThan(3));
  return opened;
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  phone.fits = false;
  low.fits = false;
});

describe('the openings page (R33)', () => {
  it('has its rows in reach on a phone: the charts stand folded above them, and lead to rows when asked for', async () => {
    const { app, user } = await openings();
    const more = () => screen.getByTestId('charts-more');
    await screen.findByTestId('charts-more');
    phone.fits = true;
    await waitFor(() => expect(screen.queryByTestId('chart-hour')).toBeNull());
    expect(more()).toHaveAttribute('aria-expanded', 'false');
    expect(more()).toHaveTextContent('全部统计');
    expect(screen.queryByTestId('chart-reason')).toBeNull();
    await user.click(more());
    expect(more()).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByTestId('chart-hour')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    await user.click(within(screen.getByTestId('chart-person')).getAllByRole('button')[0] as HTMLElement);
    expect(app.record.openings.wanted.person).not.toBe('');
    await user.click(more());
    expect(screen.queryByTestId('chart-reason')).toBeNull();
  });

  it('has its rows in reach on a low screen: above the table stands one line that leads to the charts', async () => {
    low.fits = true;
    const { user } = await openings();
    const more = await screen.findByTestId('charts-more');
    expect([...screen.getByTestId('charts').children]).toEqual([more]);
    expect(screen.getAllByRole('columnheader').length).toBeGreaterThan(0);
    await user.click(more);
    expect(screen.getByTestId('charts').firstElementChild).toBe(more);
    expect(screen.getByTestId('chart-hour')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    await user.click(more);
    expect(screen.queryByTestId('chart-hour')).toBeNull();
  });

  it('has no accessibility faults', async () => {
    await openings();
    expect(await faults()).toEqual([]);
  });

  it('has no accessibility faults with a detail open', async () => {
    const { user } = await openings();
    await user.click(screen.getByTestId('openings-row-op-1'));
    await screen.findByTestId('opening-detail');
    expect(await faults()).toEqual([]);
  });

  it('draws only the rows in sight', async () => {
    const { app } = await openings({ rows: 1_000_000 });
    await waitFor(() => expect(app.record.openings.pages.count).toBeGreaterThanOrEqual(100));
    expect(screen.queryAllByTestId(/^openings-row-/).length).toBeLessThan(40);
    expect(screen.getByTestId('openings-grid')).toHaveAttribute('aria-rowcount');
  });

  it('is worked by the keyboard alone', async () => {
    const { user } = await openings();
    screen.getByTestId('openings-grid').focus();
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(await screen.findByTestId('opening-detail')).toHaveAttribute('data-id', 'op-2');
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('opening-detail')).toBeNull();
  });

  it('shows words people typed as words: no markup, no script, no formula comes alive', async () => {
    const { app } = await openings();
    const nasty = '<img src=x onerror=alert(1)><script>alert(2)</script>=1+1';
    const row = { ...(await app.backend.opening('op-1')), ok: true as const };
    if (!('data' in row)) throw new Error('no opening');
    vi.spyOn(app.backend, 'opening').mockResolvedValue({ ok: true, data: { ...row.data, remark: nasty } });
    app.record.openings.show(row.data);
    await waitFor(() => expect(screen.getByTestId('detail-remark')).toHaveTextContent(nasty));
    expect(screen.getByTestId('opening-detail').querySelector('[onerror], script')).toBeNull();
  });

  it('narrows by a bar and by the row of filters, and remembers it', async () => {
    const { app, backend, user } = await openings({ rows: 60 });
    await user.click(await screen.findByTestId('chart-person-guard'));
    await waitFor(() => expect(app.record.openings.pages.row(0)?.person.id).toBe('guard'));
    expect(app.record.openings.wanted.person).toBe('guard');
    expect(JSON.parse(backend.drafts.get('openings') ?? '{}')).toMatchObject({ person: 'guard' });
    await user.click(screen.getByTestId('filter-clear'));
    expect(app.record.openings.wanted.person).toBe('');
  });

  it('exports what the filters show, with progress and a way to stop', async () => {
    const { backend, user } = await openings();
    await user.click(screen.getByTestId('export-open'));
    await user.click(screen.getByTestId('export-xlsx'));
    expect(await screen.findByTestId('export-progress')).toBeInTheDocument();
    await user.click(screen.getByTestId('export-cancel'));
    expect(await screen.findByTestId('export-done')).toHaveTextContent('已取消导出');
    expect(backend.sent).toContain('export:xlsx');
  });

  it('opens a photo only when asked, and says that looking is logged (R36)', async () => {
    const { user } = await openings();
    await user.click(screen.getByTestId('openings-row-op-1'));
    const thumb = within(await screen.findByTestId('evidence-1'));
    expect(thumb.getByRole('presentation')).toBeInTheDocument();
    expect(screen.getByTestId('detail-photos')).toHaveTextContent('查看会留下记录');
    await user.click(screen.getByTestId('evidence-1'));
    expect(screen.getByTestId('photo-view')).toHaveTextContent('本次查看已记录');
    expect(await faults()).toEqual([]);
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('photo-view')).toBeNull();
    expect(screen.getByTestId('opening-detail')).toBeInTheDocument();
  });

  it('tells damaged evidence from what was deleted in its time, and from what cannot be opened now (R36)', async () => {
    const { backend, user } = await openings();
    const by = { id: 'chief', name: '周敏', role: 'supervisor' } as const;
    const photo = { taken_at: '2026-11-22T04:00:00Z', source: 'system_camera', until: '2027-02-20T04:00:00Z' } as const;
    for (const [state, words] of [
      ['damaged', '证据已损坏'],
      ['deleted', '到期删除'],
      ['kept', '打不开'],
    ] as const) {
      vi.spyOn(backend, 'openingPhotos').mockImplementation(() =>
        Promise.resolve({ ok: true, data: [{ id: 'ph-1-1', by, state, ...photo }] }),
      );
      await user.click(screen.getByTestId('openings-row-op-1'));
      await waitFor(() => expect(screen.getByTestId('evidence-1')).toHaveAttribute('data-state', state));
      await user.click(screen.getByTestId('evidence-1'));
      if (state === 'kept') screen.getByTestId('photo-view').querySelector('img')?.dispatchEvent(new Event('error'));
      const place = state === 'kept' ? 'photo-lost' : `photo-${state}`;
      expect(await screen.findByTestId(place)).toHaveTextContent(words);
      expect(screen.queryByTestId('photo-hold')).toBeNull();
      await user.keyboard('{Escape}');
      await user.keyboard('{Escape}');
    }
  });

  it('says who holds a photo and why, and lets it go with a reason (R36)', async () => {
    const { backend, user } = await openings();
    const by = { id: 'chief', name: '周敏', role: 'supervisor' } as const;
    const hold = { why: '车主投诉', by, since: '2026-11-22T05:00:00Z' };
    const until = '2027-02-20T04:00:00Z';
    const photo = { id: 'ph-1-1', by, taken_at: '2026-11-22T04:00:00Z', source: 'system_camera', until } as const;
    vi.spyOn(backend, 'openingPhotos').mockResolvedValue({ ok: true, data: [{ ...photo, state: 'held', hold }] });
    await user.click(screen.getByTestId('openings-row-op-1'));
    await waitFor(() => expect(screen.getByTestId('evidence-1')).toHaveTextContent('已保留'));
    await user.click(screen.getByTestId('evidence-1'));
    expect(screen.getByTestId('photo-view')).toHaveTextContent('周敏');
    expect(screen.getByTestId('photo-view')).toHaveTextContent('车主投诉');
    await user.click(screen.getByTestId('photo-hold'));
    await user.type(screen.getByTestId('photo-hold-why'), '投诉已结');
    await user.click(screen.getByTestId('photo-hold-confirm'));
    await waitFor(() => expect(backend.sent).toContain('hold:投诉已结'));
  });

  it('lists what owes photos, for whoever is to bring them and for supervisors (R24)', async () => {
    const { app, user } = await openings();
    const row = await app.backend.opening('op-1');
    if (!row.ok) throw new Error('no opening');
    const due_at = new Date(app.clock.now + 60_000).toISOString();
    const owing = { ...row.data, photos: [], photos_owed: { missing: 1, due_at } };
    app.hear({ seq: '1', type: 'opening', opening: owing });
    expect(await screen.findByTestId('owed-strip')).toHaveTextContent('待补录');
    await user.click(screen.getByTestId('owed-list'));
    expect(app.record.openings.wanted).toMatchObject({ owing: 'yes', span: 'custom' });
    expect(screen.queryByTestId('owed-strip')).toBeNull();
    app.record.openings.show(owing);
    expect(await screen.findByTestId('detail-owed')).toHaveAttribute('data-missing', '1');
    // It is not this supervisor's to bring.
    expect(screen.queryByTestId('owed-take')).toBeNull();
    app.hear({ seq: '2', type: 'opening', opening: { ...owing, photos_owed: { missing: 0, due_at } } });
    await waitFor(() => expect(app.record.owed.rows).toHaveLength(0));
  });

  it('lets a supervisor close what is overdue, with a reason that stays in sight (R24)', async () => {
    const { app, backend, user } = await openings();
    const row = await app.backend.opening('op-1');
    if (!row.ok) throw new Error('no opening');
    const due_at = new Date(app.clock.now - 60_000).toISOString();
    const owing = { ...row.data, photos: [], photos_owed: { missing: 1, due_at } };
    vi.spyOn(backend, 'opening').mockResolvedValue({ ok: true, data: owing });
    app.hear({ seq: '1', type: 'opening', opening: owing });
    app.record.openings.show(owing);
    await user.click(await screen.findByTestId('owed-close'));
    expect(screen.getByTestId('close-photos-confirm')).toBeDisabled();
    await user.type(screen.getByTestId('close-photos-text'), '车主未返回');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('close-photos-confirm'));
    const note = await screen.findByTestId('detail-owed');
    await waitFor(() => expect(note).toHaveAttribute('data-closed', 'true'));
    expect(note).toHaveTextContent('证件照缺 1 张，周敏（主管）');
    expect(note).toHaveTextContent('结案：车主未返回');
    expect(backend.sent).toContain('close-photos:op-1:车主未返回');
    expect(screen.queryByTestId('owed-close')).toBeNull();
    expect(app.record.owed.rows).toHaveLength(0);
  });

  it('offers to close overdue photos to supervisors alone (R24)', async () => {
    const { app } = await openings({ rows: 200, person: people['guard'] ?? null });
    const row = await app.backend.opening('op-1');
    if (!row.ok) throw new Error('no opening');
    const due_at = new Date(app.clock.now - 60_000).toISOString();
    app.record.openings.chosen = { ...row.data, photos_owed: { missing: 1, due_at } };
    expect(await screen.findByTestId('detail-owed')).toHaveAttribute('data-late', 'true');
    expect(screen.queryByTestId('owed-close')).toBeNull();
  });

  it('shows masked photos to everybody who sees the opening, and opens them for supervisors alone', async () => {
    const { app, user } = await openings({ rows: 200, person: people['guard'] ?? null });
    const own = [...Array(60).keys()].map((at) => app.record.openings.pages.row(at)).find((row) => row?.photos?.length);
    if (!own) throw new Error('no opening with photos');
    app.record.openings.show(own);
    expect(await screen.findByTestId('evidence-1')).toBeDisabled();
    await user.click(screen.getByTestId('evidence-1'));
    expect(screen.queryByTestId('photo-view')).toBeNull();
    expect(screen.getByTestId('detail-photos')).toHaveTextContent('仅主管可查看');
  });

  it('leads from a warning to its rows, and dismisses it with a reason', async () => {
    const { backend, user } = await openings();
    await user.click(await screen.findByTestId('warn-same_plate'));
    await waitFor(() => expect(screen.queryAllByTestId(/^openings-row-/)).toHaveLength(3));
    await user.click(screen.getByTestId('part-warnings'));
    await user.click(await screen.findByTestId('warning-w-2-dismiss'));
    expect(screen.getByTestId('dismiss-confirm')).toBeDisabled();
    expect(await faults()).toEqual([]);
    await user.type(screen.getByTestId('dismiss-text'), '熟客，已核对');
    await user.click(screen.getByTestId('dismiss-confirm'));
    await waitFor(() => expect(screen.queryByTestId('warning-w-2')).toBeNull());
    expect(backend.told.find((warning) => warning.id === 'w-2')?.dismissed_why).toBe('熟客，已核对');
  });

  it.each(['rises', 'debts', 'report', 'audit'])('has no accessibility faults on %s', async (part) => {
    const { user } = await openings();
    await user.click(screen.getByTestId(`part-${part}`));
    await screen.findByTestId(
      { rises: 'rise-rise-1', debts: 'debt-debt-1', report: 'report-figures', audit: 'audit-head' }[part] ?? '',
    );
    expect(await faults()).toEqual([]);
  });

  it('waives a debt with a reason (R38)', async () => {
    const { user } = await openings();
    await user.click(screen.getByTestId('part-debts'));
    await user.click(await screen.findByTestId('debt-debt-1-waive'));
    await user.type(screen.getByTestId('waive-text'), '系统故障');
    await user.click(screen.getByTestId('waive-confirm'));
    await waitFor(() => expect(screen.queryByTestId('debt-debt-1')).toBeNull());
  });

  it('takes the daily report as read, by name', async () => {
    const { user } = await openings();
    await user.click(screen.getByTestId('part-report'));
    await user.click(await screen.findByTestId('report-acknowledge'));
    expect(await screen.findByTestId('report-read-chief')).toHaveTextContent('周敏（主管）');
    expect(screen.queryByTestId('report-acknowledge')).toBeNull();
  });

  it('says that reading the report was not taken down, until it is', async () => {
    const { backend, user } = await openings();
    vi.spyOn(backend, 'acknowledgeReport').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.click(screen.getByTestId('part-report'));
    await user.click(await screen.findByTestId('report-acknowledge'));
    expect(await screen.findByTestId('report-problem')).toHaveTextContent('中心暂时无法写入记录。');
    await user.click(screen.getByTestId('report-acknowledge'));
    await screen.findByTestId('report-read-chief');
    expect(screen.queryByTestId('report-problem')).toBeNull();
  });

  it('shows the head’s code as a picture, never as markup', async () => {
    const { user, backend } = await openings();
    const head = await backend.auditHead();
    if (!head.ok) throw new Error('no head');
    const qr_svg = '<svg onload="alert(1)"/>';
    vi.spyOn(backend, 'auditHead').mockResolvedValue({ ok: true, data: { ...head.data, qr_svg } });
    await user.click(screen.getByTestId('part-audit'));
    const shown = await screen.findByTestId('audit-head');
    expect(shown.querySelector('svg[onload]')).toBeNull();
    expect(shown.querySelector('img')?.getAttribute('src')).toContain('data:image/svg+xml,');
  });

  it('shows lot staff their own openings alone', async () => {
    const { app } = await openings({ rows: 200, person: people['guard'] ?? null });
    expect(screen.queryByTestId('part-warnings')).toBeNull();
    expect(screen.queryByTestId('export-open')).toBeNull();
    expect(screen.queryByTestId('filter-person')).toBeNull();
    expect(app.record.openings.pages.row(0)?.person.id).toBe('guard');
  });
});

describe('approvals', () => {
  it('are told on every page, and answered in one tap', async () => {
    const { app, backend, user } = await open();
    const asked = { ...(backend.asked[0] as (typeof backend.asked)[number]), id: 'leave-9' };
    backend.asked.push(asked);
    backend.tell({ type: 'approval', approval: 'leave-9', case: asked.case, facts: asked });
    expect(await screen.findByTestId('approval-banner')).toHaveTextContent(
      '李四（客服）在星河雅居 · 南门出口等待您同意。',
    );
    await user.click(screen.getByTestId('approval-look'));
    await screen.findByTestId('approval-leave-9');
    expect(screen.queryByTestId('approval-banner')).toBeNull();
    expect(await faults()).toEqual([]);
    await user.type(screen.getByTestId('approval-leave-9-note'), '可以');
    await user.click(screen.getByTestId('approval-leave-9-allow'));
    await waitFor(() => expect(app.approvals.items.find((item) => item.id === 'leave-9')?.state).toBe('allowed'));
    expect(backend.asked.find((each) => each.id === 'leave-9')?.note).toBe('可以');
  });

  it('whose answer is refused say so, also once the list was read anew, and keep the note', async () => {
    const { backend, user } = await open();
    vi.spyOn(backend, 'answerApproval').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.click(screen.getByTestId('nav-approvals'));
    const id = backend.asked[0]?.id;
    await user.type(await screen.findByTestId(`approval-${id}-note`), '可以');
    const read = vi.spyOn(backend, 'approvals');
    await user.click(screen.getByTestId(`approval-${id}-allow`));
    await waitFor(() => expect(read).toHaveResolved());
    expect(screen.getByTestId('approval-problem')).toHaveTextContent('中心暂时无法写入记录。');
    expect(screen.getByTestId(`approval-${id}-note`)).toHaveValue('可以');
    await user.click(screen.getByTestId(`approval-${id}-allow`));
    await waitFor(() => expect(screen.queryByTestId('approval-problem')).toBeNull());
    expect(backend.asked[0]?.note).toBe('可以');
  });

  it('are no page of those who may not answer', async () => {
    await open({ person: people['agent'] ?? null });
    expect(screen.queryByTestId('nav-approvals')).toBeNull();
  });
});
