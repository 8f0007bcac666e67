import { describe, expect, it } from 'vitest';
import type { Person, RobotFacts, View } from '$lib/backend';
import { MemoryBackend } from '$lib/test/desk';
import { people, temporary } from '$lib/backend/memory/sample';
import type { Reply } from '$lib/reply/replies.svelte';
import { mirrorOf } from './mirror';
import { codesOf, hasTalk, noticesOf, robotMay, showsCode } from './offers';
import { RobotDesk } from './robot.svelte';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const robot = (change: Partial<RobotFacts> = {}): RobotFacts => ({
  number: 'R-102',
  phone: '1',
  online: true,
  screen: { url: '/x', at: at(-5) },
  ...change,
});

describe('the mirror of a robot’s screen (R16)', () => {
  it('is true while the robot is heard of, whether its screen changes or not', () => {
    expect(mirrorOf(robot(), now).state).toBe('true');
    expect(mirrorOf(robot({ screen: { url: '/x', at: at(-300) }, seen_at: at(-10) }), now)).toEqual({
      state: 'true',
      at: at(-10),
    });
  });

  it('says its age where nothing newer came for 30 s, and where the robot is cut off', () => {
    expect(mirrorOf(robot({ screen: { url: '/x', at: at(-31) } }), now)).toEqual({ state: 'old', at: at(-31) });
    expect(mirrorOf(robot({ online: false }), now)).toEqual({ state: 'cut', at: at(-5) });
    expect(mirrorOf({ number: 'R', phone: '', online: false }, now)).toEqual({ state: 'cut', at: null });
  });
});

describe('what the robot may be told (R18, R21)', () => {
  const page = (change: Partial<View> = {}): View => ({ ...temporary(false), ...change });

  it('is what the offers say, with the codes that fit', () => {
    expect(codesOf(page())).toEqual(['pay']);
    expect(robotMay(page(), 'speak')).toBe(true);
    expect(robotMay(page(), 'hang_up')).toBe(false);
    const refused = page({ offers: [{ op: 'show_text', needs: [], scenes: ['refusal'] }] });
    expect(noticesOf(refused)).toEqual(['refusal']);
    expect(showsCode(refused)).toBe(false);
  });

  it('is nothing where there is no robot; a code can still be held up', () => {
    const bare = page();
    delete bare.robot;
    expect(robotMay(bare, 'show_qr')).toBe(false);
    expect(hasTalk({ ...bare, offers: [{ op: 'show_qr', needs: [], scenes: ['pay'] }] })).toBe(false);
    expect(showsCode(bare)).toBe(true);
  });
});

describe('a command to the robot', () => {
  async function desk(result: 'accepted' | 'failed' | 'unknown') {
    const backend = new MemoryBackend({ person: people['agent'] as Person, robot: result });
    await backend.claimLane('S01');
    const page = { now: { lane: 'S01', case: 'case-1', name: '星河雅居 · 南门出口', read: null } };
    const told: Reply[] = [];
    const robots = new RobotDesk(
      backend,
      () => page.now,
      (reply) => void told.push(reply),
    );
    return { backend, desk: robots, page, told };
  }

  it('is sent once a press and its result told', async () => {
    const { backend, desk: robots } = await desk('accepted');
    const [first, second] = await Promise.all([
      robots.press({ type: 'show_qr', scene: 'pay' }),
      robots.press({ type: 'show_qr', scene: 'pay' }),
    ]);
    expect([first, second]).toEqual([true, false]);
    expect(backend.robotTold).toHaveLength(1);
    expect(robots.news?.result).toBe('accepted');
  });

  it('that nobody answered is unknown until the robot’s word comes', async () => {
    const { backend, desk: robots } = await desk('unknown');
    await backend.listen({ hubTold: ({ frame }) => robots.hear(frame) } as Parameters<MemoryBackend['listen']>[0]);
    await robots.press({ type: 'speak', text: '您好' });
    expect(robots.news?.result).toBe('unknown');
    backend.tell({ type: 'order', order_id: robots.news?.id ?? '', case: 'case-1', result: 'failed', detail: '无声' });
    expect(robots.news).toMatchObject({ result: 'failed', detail: '无声' });
  });

  it('belongs to its page: an answer that comes after is not told on the next', async () => {
    const { desk: robots, page, told } = await desk('accepted');
    const pressed = robots.press({ type: 'restart' });
    page.now = { ...page.now, lane: 'E02', case: 'case-2' };
    await pressed;
    expect([robots.news, robots.sending]).toEqual([null, null]);
    expect(told.at(-1)?.asker.lane).toBe('S01');
    expect(told.at(-1)?.words()).toBe('重启 · 已送达');
  });
});
