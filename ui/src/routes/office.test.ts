import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { people } from '$lib/backend/memory/sample';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

async function open(person: string, place: App['place'], script: Script = {}) {
  const backend = new MemoryBackend({ ...script, person: people[person] ?? null });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  app.go(place);
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}

async function table(name: string, script: Script = {}) {
  const opened = await open('admin', 'settings', script);
  await opened.user.click(await screen.findByTestId(`settings-${name}`));
  return opened;
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('pages', () => {
  it('are shown by what a person may do, never by the role alone (R4)', async () => {
    const { app } = await open('guard', 'desk');
    expect(screen.queryByTestId('nav-board')).toBeNull();
    app.session.person = { ...(people['guard'] as NonNullable<typeof app.session.person>), permissions: ['board'] };
    expect(await screen.findByTestId('nav-board')).toBeInTheDocument();
    expect(screen.queryByTestId('nav-settings')).toBeNull();
  });
});

describe('the board', () => {
  it('says who handles what, who needs help and what is offline, without accessibility faults (R3)', async () => {
    await open('chief', 'board', { waiting: 2 });
    expect(await screen.findByTestId('job-W01')).toHaveTextContent('陈雨（项目处）');
    expect(screen.getByTestId('help-W01')).toHaveTextContent('司机说月卡已续费');
    expect(screen.getByTestId('offline-cam-N01')).toBeInTheDocument();
    expect(screen.getByTestId('today-abnormal')).toHaveTextContent('41');
    expect(await faults()).toEqual([]);
  });

  it('takes a lane over with a reason, and the page turns to it (R12)', async () => {
    const { app, user } = await open('chief', 'board');
    await user.click(await screen.findByTestId('job-take-W01'));
    expect(screen.getByTestId('take-confirm')).toBeDisabled();
    await user.click(screen.getByTestId('take_over.usual_help'));
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('take-confirm'));
    await waitFor(() => expect(app.place).toBe('desk'));
    expect(app.lane.mode).toBe('mine');
    expect(app.lane.laneId).toBe('W01');
  });

  it('answers somebody who asked for help', async () => {
    const { user, backend } = await open('chief', 'board');
    await user.type(await screen.findByTestId('help-words-W01'), '按有效月卡放行');
    await user.click(screen.getByTestId('help-answer-W01'));
    await waitFor(() => expect(backend.asking[0]?.answer).toBe('按有效月卡放行'));
    expect(await screen.findByTestId('help-W01')).toHaveTextContent('按有效月卡放行');
  });

  it('says that an answer was refused, also once it was read anew, and keeps the words', async () => {
    const { app, backend, user } = await open('chief', 'board');
    vi.spyOn(backend, 'answerHelp').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.type(await screen.findByTestId('help-words-W01'), '按有效月卡放行');
    const read = vi.spyOn(backend, 'board');
    await user.click(screen.getByTestId('help-answer-W01'));
    await waitFor(() => expect(read).toHaveResolved());
    await app.office.watch.load();
    expect(await screen.findByTestId('board-problem')).toHaveTextContent('中心暂时无法写入记录。');
    expect(screen.getByTestId('help-words-W01')).toHaveValue('按有效月卡放行');
    await user.click(screen.getByTestId('help-answer-W01'));
    await waitFor(() => expect(screen.queryByTestId('board-problem')).toBeNull());
    expect(backend.asking[0]?.answer).toBe('按有效月卡放行');
  });

  it('says no longer what was refused there once it was left', async () => {
    const { app, backend, user } = await open('chief', 'board');
    vi.spyOn(backend, 'answerHelp').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.type(await screen.findByTestId('help-words-W01'), '按有效月卡放行{Enter}');
    await screen.findByTestId('board-problem');
    app.go('desk');
    await waitFor(() => expect(screen.queryByTestId('board-problem')).toBeNull());
    app.go('board');
    await screen.findByTestId('job-W01');
    expect(screen.queryByTestId('board-problem')).toBeNull();
  });

  it('says in the sheet that a repair was refused, though devices are read anew, and keeps the words', async () => {
    const { app, backend, user } = await open('chief', 'board');
    vi.spyOn(backend, 'openMaintenance').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.click(await screen.findByTestId('board-part-devices'));
    await user.click(await screen.findByTestId('device-cam-E01-note'));
    await user.type(screen.getByTestId('repair-note-text'), '镜头歪了');
    await user.click(screen.getByTestId('repair-note-confirm'));
    await screen.findByTestId('repair-note-problem');
    expect(screen.queryByTestId('devices-problem')).toBeNull();
    await app.office.devices.load();
    expect(screen.getByTestId('repair-note-problem')).toHaveTextContent('中心暂时无法写入记录。');
    expect(screen.getByTestId('repair-note-text')).toHaveValue('镜头歪了');
  });

  it('shows how devices are, and a repair from report to done', async () => {
    const { user, backend } = await open('chief', 'board');
    await user.click(await screen.findByTestId('board-part-devices'));
    expect(await screen.findByTestId('device-cam-N01')).toHaveTextContent('5 秒内没有回应');
    expect(screen.getByTestId('device-cam-W02')).toHaveTextContent('时钟慢 93 秒');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('device-cam-E01-note'));
    await user.type(screen.getByTestId('repair-note-text'), '镜头歪了');
    await user.click(screen.getByTestId('repair-note-confirm'));
    await user.click(await screen.findByTestId('device-cam-E01-close'));
    await user.type(screen.getByTestId('repair-close-text'), '已扶正');
    await user.click(screen.getByTestId('repair-close-confirm'));
    await waitFor(() => expect(backend.repairs[0]).toMatchObject({ state: 'closed', repair: '已扶正' }));
  });
});

describe('help from the desk', () => {
  it('is asked for by the holder, and the answer stands on the page', async () => {
    const { app, backend, user } = await open('guard', 'desk', { noHelp: true });
    await app.claim('E02');
    await user.click((await screen.findAllByTestId('need-help'))[0] as HTMLElement);
    await user.type(screen.getByTestId('help-ask-text'), '车主说已缴费');
    await user.click(screen.getByTestId('help-ask-confirm'));
    expect(await screen.findByTestId('help-banner')).toHaveTextContent('等待答复');
    await backend.answerHelp(app.lane.caseId ?? '', '看一下订单');
    await waitFor(() => expect(screen.getByTestId('help-banner')).toHaveTextContent('看一下订单'));
    expect(await faults()).toEqual([]);
  });

  it('hands a case over with a note (R12)', async () => {
    const { app, user } = await open('agent', 'desk');
    await app.claim('E02');
    await user.click((await screen.findAllByTestId('hand-over'))[0] as HTMLElement);
    await user.click(await screen.findByTestId('hand-over-wangwu'));
    await user.type(screen.getByTestId('hand-over-note'), '司机在办续费');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('hand-over-confirm'));
    await waitFor(() => expect(app.lane.mode).toBe('lost'));
    expect(screen.queryByTestId('hand-over-sheet')).toBeNull();
  });
});

describe('settings', () => {
  it('show areas as a tree and have no accessibility faults (R34)', async () => {
    await table('area');
    expect(await screen.findByTestId('row-shenzhen')).toHaveStyle({ paddingLeft: '48px' });
    expect(await faults()).toEqual([]);
  });

  it('say beside a field what is wrong with it', async () => {
    const { user } = await table('rule');
    await user.click(await screen.findByTestId('row-lock_minutes'));
    await user.clear(screen.getByTestId('field-value'));
    await user.type(screen.getByTestId('field-value'), '500');
    await user.click(screen.getByTestId('row-save'));
    expect(await screen.findByTestId('row-sheet')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  it('never show a secret, and leave it alone unless it is typed anew', async () => {
    const { user, backend } = await table('device');
    await user.click(await screen.findByTestId('row-cam-E02'));
    const field = screen.getByTestId('field-password');
    expect(field).toHaveValue('');
    expect(field).toHaveAttribute('placeholder', '已设置，不显示');
    const sent = vi.spyOn(backend, 'changeSiteRow');
    await user.clear(screen.getByTestId('field-username'));
    await user.type(screen.getByTestId('field-username'), 'operator');
    await user.click(screen.getByTestId('row-save'));
    await waitFor(() => expect(sent).toHaveBeenCalled());
    expect(sent.mock.calls[0]?.[3]).not.toHaveProperty('password');
  });

  it('show both versions of a row that somebody changed meanwhile, and lose nothing', async () => {
    const { user, backend } = await table('lane', { meanwhile: true });
    await user.click(await screen.findByTestId('row-E02'));
    await user.clear(screen.getByTestId('field-code'));
    await user.type(screen.getByTestId('field-code'), 'E-2');
    await user.clear(screen.getByTestId('field-name'));
    await user.type(screen.getByTestId('field-name'), '东门出口甲');
    await user.click(screen.getByTestId('row-save'));
    const clash = await screen.findByTestId('clash-name');
    expect(clash).toHaveTextContent('东门出口甲');
    expect(clash).toHaveTextContent('东门出口（新）');
    expect(screen.getByTestId('field-code')).toHaveValue('E-2');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('clash-name-theirs'));
    await user.click(screen.getByTestId('row-save'));
    await waitFor(() => expect(screen.queryByTestId('row-sheet')).toBeNull());
    expect(backend.site.lane.find((row) => row.id === 'E02')?.row).toMatchObject({
      code: 'E-2',
      name: '东门出口（新）',
    });
  });

  it('try a device: still, plate, barrier state and what failed', async () => {
    const { user } = await table('device');
    await user.click(await screen.findByTestId('row-cam-N01'));
    await user.click(screen.getByTestId('device-test'));
    expect(await screen.findByTestId('check-connection')).toHaveAttribute('data-ok', 'false');
    expect(await faults()).toEqual([]);
  });

  it('try a device as it stands in the form, before anything is saved', async () => {
    const { user, backend } = await table('device');
    const tried = vi.spyOn(backend, 'testDevice');
    await user.click(await screen.findByTestId('row-cam-E01'));
    await user.clear(screen.getByTestId('field-url'));
    await user.type(screen.getByTestId('field-url'), 'http://nowhere');
    await user.click(screen.getByTestId('device-test'));
    expect(await screen.findByTestId('check-connection')).toHaveAttribute('data-ok', 'false');
    expect(tried).toHaveBeenCalledWith('cam-E01', expect.objectContaining({ url: 'http://nowhere' }));
    expect(tried.mock.calls[0]?.[1], 'the saved secret stays on the hub').not.toHaveProperty('password');
    expect(backend.site.device.find((row) => row.id === 'cam-E01')?.row['url']).not.toBe('http://nowhere');
  });

  it('ask for the password before something dangerous and go on by themselves (R4)', async () => {
    const { user, backend } = await table('person', { reentry: true });
    await user.click(await screen.findByTestId('row-guard'));
    await user.clear(screen.getByTestId('field-name'));
    await user.type(screen.getByTestId('field-name'), '张三丰');
    await user.click(screen.getByTestId('row-save'));
    await user.type(await screen.findByTestId('reentry-password'), 'wrong{Enter}');
    expect(await screen.findByTestId('reentry-problem')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    await user.clear(screen.getByTestId('reentry-password'));
    await user.type(screen.getByTestId('reentry-password'), 'lanedesk-demo{Enter}');
    await waitFor(() => expect(backend.site.person.find((row) => row.id === 'guard')?.label).toBe('张三丰'));
  });

  it('give nothing up that was typed when the password is not entered', async () => {
    const { user } = await table('person', { reentry: true });
    await user.click(await screen.findByTestId('row-guard'));
    await user.clear(screen.getByTestId('field-name'));
    await user.type(screen.getByTestId('field-name'), '张三丰');
    await user.click(screen.getByTestId('row-save'));
    await user.click(await screen.findByTestId('reentry-cancel'));
    expect(await screen.findByTestId('field-name')).toHaveValue('张三丰');
  });

  it('tell a code once, with which its person sets a password (R4)', async () => {
    const { user } = await table('person');
    await user.click(await screen.findByTestId('row-guard'));
    await user.click(screen.getByTestId('person-reset'));
    expect(await screen.findByTestId('once-text')).toHaveTextContent('k7qm-29tz-fw4x-hh2p');
  });

  it('say that a session of somebody was not ended, though the list is read anew', async () => {
    const { user, backend } = await table('person');
    vi.spyOn(backend, 'endSession').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await user.click(await screen.findByTestId('row-guard'));
    await user.click(screen.getByTestId('person-sessions'));
    await user.click(await screen.findByTestId('session-s2-end'));
    expect(await screen.findByTestId('extras-problem')).toHaveTextContent('中心暂时无法写入记录。');
    await user.click(screen.getByTestId('session-s2-end'));
    await waitFor(() => expect(screen.queryByTestId('session-s2')).toBeNull());
    expect(screen.queryByTestId('extras-problem')).toBeNull();
  });

  it('keep what changed, from what to what, and take it back', async () => {
    const { user, backend } = await table('lot');
    await user.click(await screen.findByTestId('row-caiyue'));
    await user.clear(screen.getByTestId('field-manager'));
    await user.type(screen.getByTestId('field-manager'), '周强');
    await user.click(screen.getByTestId('row-save'));
    await waitFor(() => expect(screen.queryByTestId('row-sheet')).toBeNull());
    await user.click(screen.getByTestId('settings-change'));
    const change = backend.changes[0];
    expect(await screen.findByTestId(`change-${change?.id}`)).toHaveTextContent('王强');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId(`undo-${change?.id}`));
    await waitFor(() => expect(backend.site.lot[0]?.row['manager']).toBe('王强'));
  });

  it('show what weakens a rule of control until somebody else confirms it, and who decided alone', async () => {
    const { app, backend, user } = await open('admin', 'settings');
    const found = () => backend.site.rule.find((row) => row.id === 'approval_due_fen');
    const [rule, self] = [found(), app.session.person];
    if (!rule || !self) throw new Error('no rule, or nobody logged in');
    const by = { id: 'admin2', name: '林涛', role: 'admin' as const };
    const asked = {
      table: 'rule' as const,
      row_id: rule.id,
      label: rule.id,
      at: '2026-05-01T08:00:00Z',
      before: rule.row,
    };
    const after = { ...rule.row, value: 0 };
    backend.pending = [
      { ...asked, id: 'p1', by, after, state: 'waiting', answerable: true },
      { ...asked, id: 'p2', by: self, after, state: 'waiting', answerable: false },
    ];
    await user.click(await screen.findByTestId('settings-change'));
    const row = await screen.findByTestId('pending-p1');
    expect(row).toHaveTextContent('林涛');
    expect(row).toHaveTextContent('0 元');
    expect(screen.queryByTestId('pending-confirm-p2')).toBeNull();
    expect(screen.getByTestId('pending-refuse-p2')).toHaveTextContent('撤回');
    expect(await faults()).toEqual([]);
    vi.spyOn(backend, 'answerPending').mockReturnValueOnce(no('not_allowed', '须由另一名管理员确认。'));
    await user.click(screen.getByTestId('pending-confirm-p1'));
    expect(await screen.findByTestId('changes-problem')).toHaveTextContent('须由另一名管理员确认。');
    await app.office.sites.changes.load();
    expect(screen.getByTestId('changes-problem')).toBeInTheDocument();
    await user.click(screen.getByTestId('pending-confirm-p1'));
    await waitFor(() => expect(screen.queryByTestId('pending-p1')).toBeNull());
    expect(screen.queryByTestId('changes-problem')).toBeNull();
    expect(found()?.row['value']).toBe(0);
  });

  it('show what an import did row by row and take it back as one, or say why not', async () => {
    const { app, user, backend } = await table('import', { moved: true });
    await backend.importSite(new File(['a'], 'passes.csv'), 'pass', false);
    await user.click(screen.getByTestId('settings-change'));
    const change = backend.changes[0];
    await user.click(await screen.findByTestId(`look-${change?.id}`));
    const rows = await screen.findByTestId('import-rows');
    await waitFor(() => expect(rows).toHaveTextContent('粤B3K91Q'));
    expect(rows).toHaveTextContent('使用中');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId(`undo-${change?.id}`));
    expect(await screen.findByTestId('changes-problem')).toHaveTextContent('不能整体撤销');
    await app.office.sites.changes.load();
    expect(screen.getByTestId('changes-problem')).toHaveTextContent('不能整体撤销');
    backend.letGo();
    await user.click(screen.getByTestId(`undo-${change?.id}`));
    await waitFor(() => expect(backend.changes[0]?.undone_by).toBeTruthy());
  });

  it('show what an import will change, and write it only then', async () => {
    const { user } = await table('import');
    const file = new File(['lot,plates'], 'passes.csv', { type: 'text/csv' });
    await user.upload(await screen.findByTestId('import-file'), file);
    expect(await screen.findByTestId('import-sum')).toHaveTextContent('新增 214');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('import-write'));
    await waitFor(() => expect(screen.getByTestId('import-result')).toHaveAttribute('data-written', 'true'));
  });

  it('name every bad row of an import and offer nothing to write', async () => {
    const { user } = await table('import', { badRows: true });
    const file = new File(['lot,plates'], 'passes.csv', { type: 'text/csv' });
    await user.upload(await screen.findByTestId('import-file'), file);
    for (const row of [18, 4021, 9980]) expect(await screen.findByTestId(`import-fault-${row}`)).toBeInTheDocument();
    expect(screen.queryByTestId('import-write')).toBeNull();
  });
});

describe('the account', () => {
  it('changes its password and takes up a second factor', async () => {
    const { app, user } = await open('guard', 'desk');
    app.office.account.show();
    await user.type(await screen.findByTestId('pw-old'), 'lanedesk-demo');
    await user.type(screen.getByTestId('pw-new'), 'a better one');
    await user.type(screen.getByTestId('pw-again'), 'a better one');
    await user.click(screen.getByTestId('pw-save'));
    expect(await screen.findByTestId('pw-done')).toBeInTheDocument();
    await user.click(screen.getByTestId('factor-offer'));
    expect(await screen.findByTestId('factor-qr')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    await user.type(screen.getByTestId('factor-code'), '123 456');
    await user.click(screen.getByTestId('factor-go'));
    await waitFor(() => expect(screen.getByTestId('factor-state')).toHaveTextContent('已启用'));
  });

  it('ends a session of another device', async () => {
    const { app, user } = await open('guard', 'desk');
    app.office.account.show();
    await user.click(await screen.findByTestId('session-s2-end'));
    await waitFor(() => expect(screen.queryByTestId('session-s2')).toBeNull());
  });

  it('with a password for one login is changed before anything else', async () => {
    const backend = new MemoryBackend({ person: { ...people['guard'], must_change: true } as never });
    const app = new App(backend);
    render(AppPage, { props: { app } });
    await app.start();
    const user = userEvent.setup();
    await user.type(await screen.findByTestId('pw-old'), 'once');
    expect(screen.queryByTestId('search-input')).toBeNull();
    await user.type(screen.getByTestId('pw-new'), 'a better one');
    await user.type(screen.getByTestId('pw-again'), 'a better one');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('pw-save'));
    expect(await screen.findByTestId('search-input')).toBeInTheDocument();
  });

  it('without a password is entered with the code an administrator handed over (R4)', async () => {
    const app = new App(new MemoryBackend({ person: null }));
    render(AppPage, { props: { app } });
    await app.start();
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('login-turn'));
    await user.clear(screen.getByTestId('login-username'));
    await user.type(screen.getByTestId('login-username'), 'guard');
    await user.type(screen.getByTestId('login-one-time'), 'not-the-code');
    await user.type(screen.getByTestId('login-wanted'), 'mine-alone');
    expect(screen.getByTestId('login-submit')).toBeDisabled();
    await user.type(screen.getByTestId('login-again'), 'mine-alone');
    await user.click(screen.getByTestId('login-submit'));
    expect(await screen.findByTestId('login-problem')).toHaveTextContent('一次性代码不对');
    expect(await faults()).toEqual([]);
    await user.clear(screen.getByTestId('login-one-time'));
    await user.type(screen.getByTestId('login-one-time'), 'k7qm-29tz-fw4x-hh2p');
    await user.click(screen.getByTestId('login-submit'));
    expect(await screen.findByTestId('search-input')).toBeInTheDocument();
  });

  it('with a second factor logs in with the six digits', async () => {
    const backend = new MemoryBackend({ person: null, secondFactor: true });
    const app = new App(backend);
    render(AppPage, { props: { app } });
    await app.start();
    const user = userEvent.setup();
    await user.clear(await screen.findByTestId('login-username'));
    await user.type(screen.getByTestId('login-username'), 'guard');
    await user.type(screen.getByTestId('login-password'), 'lanedesk-demo');
    await user.click(screen.getByTestId('login-submit'));
    await user.type(await screen.findByTestId('login-code'), '123456');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('login-submit'));
    expect(await screen.findByTestId('search-input')).toBeInTheDocument();
  });
});

describe('cash', () => {
  it('is recorded against the case with what is due filled in (R39)', async () => {
    const { app, backend, user } = await open('guard', 'desk');
    await app.claim('S01');
    await user.click((await screen.findAllByTestId('take-cash'))[0] as HTMLElement);
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('cash-confirm'));
    await waitFor(() => expect(backend.sent.some((each) => each.startsWith('cash:'))).toBe(true));
    expect(screen.queryByTestId('cash-sheet')).toBeNull();
  });
});

describe('a grey operation', () => {
  it('says why, by focus as well', async () => {
    await open('guard', 'desk');
    const why = (await screen.findAllByTestId('why'))[0] as HTMLElement;
    expect(why).toHaveAccessibleName('未锁定，点“处理”后可操作');
    why.focus();
    expect(await screen.findByRole('tooltip')).toHaveTextContent('未锁定');
    expect(await faults()).toEqual([]);
  });
});
