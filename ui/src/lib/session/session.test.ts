import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '$lib/test/desk';
import { Session } from './session.svelte';

const out = () => new Session(new MemoryBackend({ person: null }));

describe('logging in (R4)', () => {
  it('remembers hub and account', async () => {
    const session = out();
    await session.restore();
    expect(session.stage).toBe('out');
    expect(session.hubUrl).toBe('http://127.0.0.1:8470');
    expect(session.username).toBe('guard');
  });

  it('takes up a session that is still there', async () => {
    const session = new Session(new MemoryBackend());
    await session.restore();
    expect(session.stage).toBe('in');
    expect(session.person?.name).toBe('张三');
  });

  it('says what is wrong and stays', async () => {
    const session = out();
    expect(await session.login('http://h', 'guard', 'wrong')).toBe(false);
    expect(session.problem?.code).toBe('bad_credentials');
    expect(session.stage).not.toBe('in');
  });

  it('waits as long as the hub says before it tries again', async () => {
    const session = out();
    await session.login('http://h', 'guard', 'many', 1_000);
    expect(session.waitUntil).toBe(31_000);
    expect(await session.login('http://h', 'guard', 'right', 30_999)).toBe(false);
    expect(await session.login('http://h', 'guard', 'right', 31_000)).toBe(true);
  });

  it('names who has the seat', async () => {
    const session = new Session(new MemoryBackend());
    await session.restore();
    expect(await session.bindSeat('2067')).toBe(false);
    expect(session.seatProblem?.holder?.name).toBe('王五');
  });
});
