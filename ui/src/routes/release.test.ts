import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import AppPage from '../App.svelte';

async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

async function sheet(lane: string, script: Script = {}) {
  const backend = new MemoryBackend(script);
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await app.claim(lane);
  await screen.findByTestId('lane-title');
  const user = userEvent.setup();
  await user.keyboard('{Control>}{F9}{/Control}');
  await screen.findByTestId('release-reasons');
  return { app, backend, user };
}
type Opened = Awaited<ReturnType<typeof sheet>>;

async function fill({ app, user }: Opened, reason = 'no_entry_record') {
  await user.click(screen.getByTestId(`release-reason-${reason}`));
  await user.type(screen.getByTestId('release-remark'), '司机称由北门进场');
  await user.click(screen.getByTestId('release-unpaid-debt'));
  // jsdom decodes no frames: the camera is said to be there.
  app.evidence.live = 'on';
  for (const place of [1, 2]) {
    await waitFor(() => expect(screen.getByTestId('photo-shutter')).toBeEnabled());
    await user.click(screen.getByTestId('photo-shutter'));
    await waitFor(() => expect(screen.getByTestId(`photo-${place}`)).toHaveAttribute('data-state', 'sent'));
  }
}
/** Stops the clock a sheet is deaf by, so that a slow machine is deaf as long as a fast one. */
function stopClock(): { later(): void } {
  // Whole milliseconds: of fractions, now + DEAF_MS - now may fall short of DEAF_MS.
  let now = Math.ceil(performance.now());
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
  return { later: () => void clock.mockReturnValue((now += DEAF_MS)) };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('the release sheet', () => {
  it('opens with Ctrl F9, without faults, with nothing chosen, the picture still in sight', async () => {
    await sheet('S01');
    expect(await faults()).toEqual([]);
    for (const radio of screen.getAllByRole('radio')) expect(radio).not.toBeChecked();
    expect(screen.getByTestId('release-remark')).toHaveValue('');
    expect(screen.getByTestId('pictures')).toBeInTheDocument();
    expect(screen.getByTestId('release-recorded')).toHaveTextContent('还差原因');
  });

  it('says what is missing at the field, and asks nothing', async () => {
    const { backend, user } = await sheet('S01');
    await user.click(screen.getByTestId('release-submit'));
    expect(screen.getByTestId('release-missing-reason')).toHaveTextContent('请选一项');
    expect(screen.getByTestId('release-missing-unpaid')).toBeInTheDocument();
    await user.click(screen.getByTestId('release-reason-misread'));
    expect(screen.getByTestId('release-missing-remark')).toBeInTheDocument();
    expect(screen.getByTestId('release-missing-photos')).toHaveTextContent(
      '还差证件照：出场异常放行须现场拍摄 1~3 张，现有 0 张。',
    );
    expect(screen.queryByTestId('release-confirm-sheet')).toBeNull();
    expect(backend.sent).not.toContain('release');
  });

  it('names everything in the confirmation, is deaf at first, and Enter does not confirm (R27)', async () => {
    const opened = await sheet('S01');
    const { app, backend, user } = opened;
    await fill(opened);
    const clock = stopClock();
    await user.click(screen.getByTestId('release-submit'));
    const confirm = screen.getByTestId('release-confirm-sheet');
    expect(confirm).toHaveTextContent('星河雅居 · 南门出口 · 出场');
    expect(screen.getByTestId('release-confirm-line')).toHaveTextContent(
      '未收 ¥25.00：转后续追缴 · 无进场记录 · 证件照 2 张 · 记入开闸列表，不可删除',
    );
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('release-confirm'));
    expect(backend.sent).not.toContain('release');
    clock.later();
    screen.getByTestId('release-confirm').focus();
    await user.keyboard('{Enter}');
    expect(backend.sent).not.toContain('release');
    await user.dblClick(screen.getByTestId('release-confirm'));
    await waitFor(() => expect(backend.sent.filter((sent) => sent === 'release')).toHaveLength(1));
    await waitFor(() => expect(screen.getByTestId('order-result')).toHaveAttribute('data-result', 'opened'), {
      timeout: 3000,
    });
    expect(app.release.open).toBe(false);
  });

  it('goes back with Esc: first the confirmation, then the sheet, never the barrier', async () => {
    const opened = await sheet('S01');
    const { backend, user } = opened;
    await fill(opened);
    await user.click(screen.getByTestId('release-submit'));
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('release-confirm-sheet')).toBeNull();
    expect(screen.getByTestId('release-sheet')).toBeInTheDocument();
    screen.getByTestId('release-remark').focus();
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('release-sheet')).toBeNull();
    expect(backend.sent).not.toContain('release');
  });

  it('keeps what is filled in over a lost lease, and goes on once the lane is held again', async () => {
    const { app, backend, user } = await sheet('S01');
    await user.click(screen.getByTestId('release-reason-other'));
    await user.type(screen.getByTestId('release-remark'), '车主联系中');
    backend.tell({ type: 'lease_lost', case: 'case-1', lane: 'S01', why: 'expired' });
    await screen.findByTestId('lost-banner');
    expect(screen.getByTestId('release-submit')).toBeDisabled();
    expect(screen.getByTestId('release-remark')).toBeDisabled();
    expect(backend.drafts.get('release:S01')).toContain('车主联系中');
    await user.click(screen.getByTestId('lost-claim'));
    await waitFor(() => expect(app.lane.mode).toBe('mine'));
    // Another vehicle may stand there now: the sheet is opened anew, and says that it was filled in before.
    expect(screen.queryByTestId('release-sheet')).toBeNull();
    await user.click(screen.getByTestId('release-open'));
    expect(await screen.findByTestId('release-restored')).toBeInTheDocument();
    expect(screen.getByTestId('release-remark')).toHaveValue('车主联系中');
    expect(screen.getByTestId('release-reason-other')).toBeChecked();
  });

  it('sends nothing while the connection is gone', async () => {
    const opened = await sheet('S01');
    await fill(opened);
    opened.backend.listeners?.connectionChanged({ connection: 'offline', since: new Date().toISOString() });
    await waitFor(() => expect(screen.getByTestId('release-submit')).toBeDisabled());
    expect(screen.getByTestId('release-remark')).toHaveValue('司机称由北门进场');
    // Photos are taken all the same: they wait on this device.
    expect(screen.getByTestId('photo-shutter')).toBeEnabled();
  });

  it('asks at an entry for reason and remark, and shows no camera (R22)', async () => {
    await sheet('E01');
    expect(screen.queryByTestId('release-photos')).toBeNull();
    expect(screen.queryByTestId('release-unpaid')).toBeNull();
  });

  it('offers an agent the lane’s camera, and no other (R24)', async () => {
    const agent = { id: 'agent', name: '李四', role: 'agent' as const, seat: '2066' };
    const { app, user } = await sheet('E02', { person: agent });
    expect(screen.queryByTestId('photo-camera')).toBeNull();
    await user.click(screen.getByTestId('photo-lane'));
    await waitFor(() => expect(app.evidence.photos).toHaveLength(1));
  });

  it('takes the system camera on a phone, never the gallery', async () => {
    await sheet('S01', { mobile: true });
    const input = screen.getByTestId('photo-capture');
    expect(input).toHaveAttribute('capture', 'environment');
    expect(input).toHaveAttribute('accept', 'image/*');
  });

  it('has no file input on a desktop', async () => {
    await sheet('S01');
    expect(screen.queryByTestId('photo-capture')).toBeNull();
  });

  it('takes a photo with Space, but not while one types', async () => {
    const { app, user } = await sheet('S01');
    app.evidence.live = 'on';
    await user.type(screen.getByTestId('release-remark'), 'a b');
    expect(app.evidence.photos).toHaveLength(0);
    screen.getByTestId('release-sheet').focus();
    await user.keyboard(' ');
    await waitFor(() => expect(app.evidence.photos).toHaveLength(1));
  });

  it('waits for the supervisor, then goes on with one tap', async () => {
    const opened = await sheet('S01');
    const { backend, user } = opened;
    await fill(opened, 'special_person');
    const clock = stopClock();
    await user.click(screen.getByTestId('release-submit'));
    clock.later();
    await user.click(screen.getByTestId('release-confirm'));
    expect(await screen.findByTestId('release-leave')).toHaveTextContent('等待主管同意');
    expect(screen.getByTestId('release-remark')).toBeDisabled();
    expect(await faults()).toEqual([]);
    const leave = backend.asked.at(-1);
    await backend.answerApproval(leave?.id ?? '', { answer: 'allow', note: '证件一致即可' });
    expect(await screen.findByTestId('release-go')).toBeEnabled();
    expect(screen.getByTestId('release-leave')).toHaveTextContent('周敏（主管）已同意');
    clock.later();
    await user.click(screen.getByTestId('release-go'));
    await waitFor(() => expect(backend.sent.filter((sent) => sent === 'release')).toHaveLength(2));
  });

  it('says what the vehicle still owes from before (R38)', async () => {
    const { backend, user } = await sheet('S01');
    await user.click(screen.getByTestId('release-shut'));
    const debt = { count: 1, amount_fen: 2500, newest: new Date().toISOString() };
    backend.tell({ type: 'view', lane: 'S01', debt });
    expect(await screen.findByTestId('debt-note')).toHaveTextContent('该车有未缴追缴 ¥25.00');
  });
});
