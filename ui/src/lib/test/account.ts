/** Accounts: login, passwords, sessions and second factors, as far as the pages show them. */
import type { OpenSession, Person } from '$lib/backend';
import { qrPicture } from '$lib/backend/memory/robot';
import { Refusal, type Rooms } from '$lib/backend/memory/rooms';
import { ago, chenyu, people } from '$lib/backend/memory/sample';
import type { Office, Script } from './desk';

/** With what somebody's password is set. */
export const codeFor = (username: string) => ({ username, code: 'k7qm-29tz-fw4x-hh2p', expires_at: ago(-259200) });

/** A refusal that belongs to a field. */
export function fault(column: string, words: string): Refusal {
  return new Refusal('invalid', words, { status: 422, field: column, faults: [{ column, words }] });
}

export function account(lot: Office, script: Script): Rooms {
  let enrolled = script.secondFactor ?? false;
  let sessions = ['s1', 's2', 's3'].map((id, turn): OpenSession => ({
    id,
    person: chenyu,
    begun_at: ago(turn * 9000 + 600),
    used_at: ago(turn * 3000),
    expires_at: ago(-600000),
    address: `10.20.3.${turn + 11}`,
    current: turn === 0,
  }));
  const becomes = (change: Partial<Person>): Person => (lot.person = { ...(lot.person as Person), ...change });
  const enters = (username: string, detail: string, right: boolean): Person => {
    const person = people[username];
    if (!person || !right) throw new Refusal('bad_credentials', detail, { status: 401 });
    return (lot.person = person);
  };
  return {
    login: (_hubUrl, username, password, code) => {
      if (script.secondFactor && password === 'lanedesk-demo' && code !== '123456')
        throw new Refusal('second_factor_required', '请输入动态验证码。', { status: 401 });
      if (password === 'many') throw new Refusal('too_many_attempts', '尝试过多。', { status: 429, retry_after_s: 30 });
      return enters(username, '账号或密码不对。', password !== 'wrong');
    },
    changePassword: (old) => {
      if (old === 'wrong') throw fault('old', '原密码不对。');
      return becomes({ must_change: false });
    },
    confirmPassword: (password) => {
      if (password === 'wrong') throw fault('password', '密码不对。');
      lot.confirmed = true;
    },
    openSessions: (person) => sessions.map((each) => ({ ...each, current: each.current && person === null })),
    endSession: (id) => (sessions = sessions.filter((each) => each.id !== id)),
    secondFactor: () => ({ required: lot.person?.must_enrol ?? false, enrolled }),
    offerSecondFactor: () => {
      const secret = 'JBSWY3DPEHPK3PXP';
      return { secret, uri: `otpauth://totp/Lanedesk:demo?secret=${secret}`, qr_svg: qrPicture() };
    },
    confirmSecondFactor: (code) => {
      if (code !== '123456') throw fault('code', '验证码不对，请看应用里现在的六位数。');
      enrolled = true;
      return becomes({ must_enrol: false });
    },
    dropSecondFactor: () => (enrolled = false),
    resetPassword: (person) => {
      lot.guards();
      return codeFor(person);
    },
    resetWithCode: (_hubUrl, username, code) =>
      enters(username, '账号或一次性代码不对。', code === codeFor(username).code),
  };
}
