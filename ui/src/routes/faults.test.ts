import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import type { Problem, View } from '$lib/backend';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { people } from '$lib/backend/memory/sample';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import AppPage from '../App.svelte';

configure({ getElementError: (message) => new Error(message ?? 'not found') });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function open(person: string | null, script: Script = {}) {
  const backend = new MemoryBackend({ ...script, person: person === null ? null : (people[person] ?? null) });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}

/** What the hub says against a field. */
const against = (field: string, detail: string) =>
  no<never>('invalid', detail, { status: 422, field } as Partial<Problem>);

/** The field says that it is wrong and why, by itself and to those who hear the page, and one can go on typing in it. */
async function told(testid: string, words: string) {
  const field = screen.getByTestId(testid);
  await waitFor(() => expect(field).toHaveAttribute('aria-invalid', 'true'));
  expect(field).toHaveAccessibleDescription(expect.stringContaining(words));
  const [first = ''] = (field.getAttribute('aria-describedby') ?? '').split(' ');
  expect(document.getElementById(first)).toBeVisible();
  expect(document.getElementById(first)).toHaveTextContent(words);
  await waitFor(() => expect(field).toHaveFocus());
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((fault) => fault.id)).toEqual([]);
}

describe('what is wrong stands at its field, and the field has the focus', () => {
  it('at the login: password, address, six digits', async () => {
    const { backend, user } = await open(null, { secondFactor: true });
    expect(await screen.findByTestId('login-password')).not.toHaveAttribute('aria-invalid');
    await user.clear(screen.getByTestId('login-username'));
    await user.type(screen.getByTestId('login-username'), 'guard');
    await user.type(screen.getByTestId('login-password'), 'wrong{Enter}');
    await told('login-password', '账号或密码不对。');
    expect(screen.getByTestId('login-username'), 'a password is not typed where it can be read').not.toHaveFocus();
    vi.spyOn(backend, 'login').mockReturnValueOnce(no('hub_unreachable', 'no such host'));
    await user.click(screen.getByTestId('login-submit'));
    await told('login-hub', '连不上这个中心地址');
    await user.clear(screen.getByTestId('login-password'));
    await user.type(screen.getByTestId('login-password'), 'lanedesk-demo{Enter}');
    await screen.findByTestId('login-code');
    await told('login-code', '请输入验证器应用里的六位动态验证码。');
    expect(screen.getByTestId('login-hub')).not.toHaveAttribute('aria-invalid');
  });

  it('at the login: a password that is too weak', async () => {
    const { backend, user } = await open(null);
    vi.spyOn(backend, 'resetWithCode').mockReturnValueOnce(against('password', '这个密码太常见。'));
    await user.click(await screen.findByTestId('login-turn'));
    await user.clear(screen.getByTestId('login-username'));
    await user.type(screen.getByTestId('login-username'), 'guard');
    await user.type(screen.getByTestId('login-one-time'), 'k7qm-29tz-fw4x-hh2p');
    await user.type(screen.getByTestId('login-wanted'), 'password');
    await user.type(screen.getByTestId('login-again'), 'password{Enter}');
    await told('login-wanted', '这个密码太常见。');
    expect(screen.getByTestId('login-wanted')).toHaveAccessibleDescription(expect.stringContaining('8'));
  });

  it('in one’s own account: the old password, the digits of a second factor, each in its part', async () => {
    const { app, user } = await open('guard');
    app.office.account.show();
    await user.type(await screen.findByTestId('pw-old'), 'wrong');
    await user.type(screen.getByTestId('pw-new'), 'mine-alone');
    await user.type(screen.getByTestId('pw-again'), 'mine-alone{Enter}');
    await told('pw-old', '原密码不对。');
    await user.click(screen.getByTestId('factor-offer'));
    await user.type(await screen.findByTestId('factor-code'), '000000{Enter}');
    await told('factor-code', '验证码不对');
    expect(screen.getByTestId('pw-old')).not.toHaveAttribute('aria-invalid');
    expect(screen.queryByTestId('pw-problem')).toBeNull();
  });

  it('in one’s own account: what is about no field is said in the part that asked', async () => {
    const { app, backend, user } = await open('guard');
    vi.spyOn(backend, 'offerSecondFactor').mockReturnValueOnce(no('unavailable', '中心暂时不能用。'));
    app.office.account.show();
    await user.click(await screen.findByTestId('factor-offer'));
    expect(await screen.findByTestId('factor-problem')).toHaveTextContent('中心暂时不能用。');
    expect(screen.queryByTestId('pw-problem')).toBeNull();
  });

  it('before something dangerous: the password', async () => {
    const { app, user } = await open('admin', { reentry: true });
    app.go('settings');
    await user.click(await screen.findByTestId('settings-person'));
    await user.click(await screen.findByTestId('row-guard'));
    await user.type(screen.getByTestId('field-name'), '丰');
    await user.click(screen.getByTestId('row-save'));
    await user.type(await screen.findByTestId('reentry-password'), 'wrong{Enter}');
    await told('reentry-password', '密码不对。');
  });

  it('at the seat: its number', async () => {
    const { backend, user } = await open('agent');
    const holder = { id: 'wangwu', name: '王五', role: 'agent' } as const;
    vi.spyOn(backend, 'bindSeat').mockReturnValueOnce(no('seat_taken', 'taken', { holder }));
    await user.click(await screen.findByTestId('seat-control'));
    await user.type(screen.getByTestId('seat-number'), '2070{Enter}');
    await told('seat-number', '该坐席由王五');
    vi.spyOn(backend, 'bindSeat').mockReturnValueOnce(against('number', '没有这个坐席。'));
    await user.click(screen.getByTestId('seat-bind'));
    await told('seat-number', '没有这个坐席。');
  });

  it.each([
    ['a number', 'lock_minutes'],
    ['one of a few words', 'second_factor_admin'],
    ['yes or no', 'late_photos'],
  ])('in a rule that is %s', async (_, rule) => {
    const { app, backend, user } = await open('admin');
    vi.spyOn(backend, 'changeSiteRow').mockReturnValueOnce(against('value', '这条规则不能这样设。'));
    app.go('settings');
    await user.click(await screen.findByTestId('settings-rule'));
    await user.click(await screen.findByTestId(`row-${rule}`));
    const field = screen.getByTestId('field-value');
    if (field instanceof HTMLSelectElement) await user.selectOptions(field, '2');
    else if (field.getAttribute('type') === 'checkbox') await user.click(field);
    else await user.type(field, '{Backspace}5');
    await user.click(screen.getByTestId('row-save'));
    await told('field-value', '这条规则不能这样设。');
    expect(screen.queryByTestId('row-problem')).toBeNull();
  });

  it('in a rule out of its range, in the catalogue’s words and not the engine’s', async () => {
    const { app, user } = await open('admin');
    app.go('settings');
    await user.click(await screen.findByTestId('settings-rule'));
    await user.click(await screen.findByTestId('row-lock_minutes'));
    await user.clear(screen.getByTestId('field-value'));
    await user.type(screen.getByTestId('field-value'), '500{Enter}');
    await told('field-value', '允许 1 到 240。');
  });

  it('in a row with several: the first of them has the focus, and what no field shows stands below', async () => {
    const { app, backend, user } = await open('admin');
    const faults = [
      { column: 'lots', words: '没有这个车场。' },
      { column: 'name', words: '已有同名的人。' },
      { column: 'elsewhere', words: '另有一处不对。' },
    ];
    vi.spyOn(backend, 'changeSiteRow').mockReturnValueOnce(no('invalid', 'several', { faults }));
    app.go('settings');
    await user.click(await screen.findByTestId('settings-person'));
    await user.click(await screen.findByTestId('row-guard'));
    await user.type(screen.getByTestId('field-name'), '丰');
    await user.click(screen.getByTestId('row-save'));
    await told('field-name', '已有同名的人。');
    expect(screen.getByTestId('field-lots-fault').closest('fieldset')).toHaveAttribute('aria-invalid', 'true');
    expect(screen.getByTestId('row-problem')).toHaveTextContent('另有一处不对。');
  });

  it('in sheets of a case: cash, what is owed, the driver’s phone', async () => {
    const { app, backend, user } = await open('guard');
    vi.spyOn(backend, 'takeCash').mockReturnValueOnce(against('amount_fen', '金额太大。'));
    await app.claim('S01');
    await user.click((await screen.findAllByTestId('take-cash'))[0] as HTMLElement);
    await user.click(screen.getByTestId('cash-confirm'));
    await told('cash-amount', '金额太大。');
    expect(screen.queryByTestId('cash-problem')).toBeNull();
    await user.click(screen.getByTestId('cash-cancel'));
    await app.claim('E02');
    vi.spyOn(backend, 'fileDebt').mockReturnValueOnce(against('phone', '此号码不能收短信。'));
    await user.click(await screen.findByTestId('file-debt-open'));
    await user.type(screen.getByTestId('file-debt-amount'), '25');
    await user.clear(screen.getByTestId('file-debt-phone'));
    await user.type(screen.getByTestId('file-debt-phone'), '13800138000{Enter}');
    await told('file-debt-phone', '此号码不能收短信。');
    await user.click(screen.getByTestId('file-debt-cancel'));
    vi.spyOn(backend, 'findPhone').mockReturnValueOnce(against('phone', '号码不对。'));
    await user.click(await screen.findByTestId('find-phone'));
    await user.clear(screen.getByTestId('driver-phone'));
    await user.type(screen.getByTestId('driver-phone'), '13800138000{Enter}');
    await told('driver-phone', '号码不对。');
  });

  it('before a visitor is let in: what is missing, then what the hub refuses, and what was typed stays', async () => {
    const { app, backend, user } = await open('guard');
    await app.claim('E02');
    app.lane.view = {
      ...(app.lane.view as View),
      offers: [{ op: 'open', needs: ['driver_phone', 'entry_reason'] }],
    };
    const sent = vi.spyOn(backend, 'orderBarrier');
    /** Past the moment in which the sheet is deaf. */
    const go = async () => {
      // Whole milliseconds: of fractions, now + DEAF_MS - now may fall short of DEAF_MS.
      const now = Math.ceil(performance.now());
      vi.spyOn(performance, 'now').mockReturnValue(now + DEAF_MS);
      await user.click(screen.getByTestId('confirm-open'));
    };
    await screen.findByTestId('lane-title');
    await user.keyboard('{F8}');
    expect(await screen.findByTestId('visitor-phone')).toHaveFocus();
    expect(screen.getByTestId('visitor-phone')).not.toHaveAttribute('aria-invalid');

    await go();
    await told('visitor-phone', '请填 11 位手机号。');
    await user.type(screen.getByTestId('visitor-phone'), '138 0013 8000');
    await go();
    await told('visitor-reason', '请填写来访事由。');
    expect(screen.getByTestId('visitor-phone')).not.toHaveAttribute('aria-invalid');
    expect(sent).not.toHaveBeenCalled();

    await user.type(screen.getByTestId('visitor-reason'), '送货');
    sent.mockReturnValueOnce(against('driver_phone', '手机号码格式不正确。'));
    await go();
    await screen.findByTestId('visitor-phone-fault');
    await told('visitor-phone', '手机号码格式不正确。');
    expect(screen.getByTestId('visitor-phone')).toHaveValue('138 0013 8000');
    expect(screen.getByTestId('visitor-reason')).toHaveValue('送货');
    expect(screen.getByTestId('order-result')).toHaveTextContent('未开闸：手机号码格式不正确。指令没有发给道闸。');

    sent.mockReturnValueOnce(against('entry_reason', '内容过长。'));
    await go();
    await screen.findByTestId('visitor-reason-fault');
    await told('visitor-reason', '内容过长。');
    expect(screen.getByTestId('visitor-phone')).not.toHaveAttribute('aria-invalid');
    await go();
    await waitFor(() => expect(screen.queryByTestId('confirm-sheet')).toBeNull());
    const order = { action: 'open', driver_phone: '13800138000', entry_reason: '送货' };
    expect(sent.mock.calls.map(([, body]) => body)).toEqual([order, order, order]);
  });

  it('where a case is given away: the person', async () => {
    const { app, backend, user } = await open('agent');
    vi.spyOn(backend, 'handOverCase').mockReturnValueOnce(against('to', '对方已离线。'));
    await app.claim('E02');
    await user.click((await screen.findAllByTestId('hand-over'))[0] as HTMLElement);
    await user.click(await screen.findByTestId('hand-over-wangwu'));
    await user.click(screen.getByTestId('hand-over-confirm'));
    await told('hand-over-people', '对方已离线。');
  });

  it('in a case opened by hand: the caller’s number', async () => {
    const { app, backend, user } = await open('agent');
    vi.spyOn(backend, 'openByHand').mockReturnValueOnce(against('caller', '号码太长。'));
    await app.watch('E02');
    await user.click(await screen.findByTestId('by-hand-viewed'));
    await user.type(screen.getByTestId('by-hand-caller'), '139{Enter}');
    await told('by-hand-caller', '号码太长。');
  });

  it('where a reason is asked for: the reason, which stays', async () => {
    const { app, backend, user } = await open('chief');
    vi.spyOn(backend, 'waiveDebt').mockReturnValueOnce(against('reason', '理由太长。'));
    app.go('openings');
    await user.click(await screen.findByTestId('part-debts'));
    await user.click(await screen.findByTestId('debt-debt-1-waive'));
    await user.type(screen.getByTestId('waive-text'), '系统故障');
    await user.click(screen.getByTestId('waive-confirm'));
    await told('waive-text', '理由太长。');
    expect(screen.getByTestId('waive-text')).toHaveValue('系统故障');
  });

  it('over a photo that is to be kept: the reason, which stays', async () => {
    const { app, backend, user } = await open('chief');
    vi.spyOn(backend, 'holdPhoto').mockReturnValueOnce(against('reason', '理由太长。'));
    app.go('openings');
    await user.click(await screen.findByTestId('openings-row-op-1'));
    await user.click(await screen.findByTestId('evidence-1'));
    await user.click(screen.getByTestId('photo-hold'));
    await user.type(screen.getByTestId('photo-hold-why'), '投诉{Enter}');
    await told('photo-hold-why', '理由太长。');
    expect(screen.getByTestId('photo-hold-why')).toHaveValue('投诉');
  });

  it('in a file that cannot be taken in: the file', async () => {
    const { app, user } = await open('admin', { badRows: true });
    app.go('settings');
    await user.click(await screen.findByTestId('settings-import'));
    await user.upload(screen.getByTestId('import-file'), new File(['name'], '月卡.csv'));
    await screen.findByTestId('import-result');
    expect(screen.getByTestId('import-file')).toHaveAttribute('aria-invalid', 'true');
    expect(screen.getByTestId('import-file')).toHaveAccessibleDescription(expect.stringContaining('一行也没有写入'));
  });
});

describe('an abnormal release that is not complete', () => {
  it('leads to what is missing first, and chooses nothing by itself (R22)', async () => {
    const { app, user } = await open('guard');
    await app.claim('S01');
    await screen.findByTestId('lane-title');
    await user.keyboard('{Control>}{F9}{/Control}');
    const reasons = await screen.findByTestId('release-reasons');
    expect(reasons).not.toHaveAttribute('aria-invalid');
    await user.click(screen.getByTestId('release-submit'));
    await told('release-reasons', '请选一项');
    await user.keyboard('{Enter}');
    for (const radio of screen.getAllByRole('radio')) expect(radio).not.toBeChecked();
    await user.click(screen.getByTestId('release-reason-misread'));
    await user.click(screen.getByTestId('release-submit'));
    await told('release-remark', screen.getByTestId('release-missing-remark').textContent?.trim() ?? '-');
    await user.type(screen.getByTestId('release-remark'), '识别有误');
    await user.click(screen.getByTestId('release-submit'));
    await told('release-photos', '还差证件照');
  });
});
