import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { people } from '$lib/backend/memory/sample';
import { narrow } from '$lib/ui/media.svelte';
import { zone } from '$lib/ui/zone.svelte';
import AppPage from '../App.svelte';

configure({ getElementError: (message) => new Error(message ?? 'not found') });

async function desk(script: Script = {}, lane?: string) {
  const backend = new MemoryBackend(script);
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  if (lane) {
    await app.claim(lane);
    await screen.findByTestId('lane-title');
  }
  return { app, backend, user: userEvent.setup() };
}

/** jsdom loads no pictures: this one arrives, so wide and so high. */
async function arrive(image: Element, width: number, height: number) {
  Object.defineProperties(image, { naturalWidth: { value: width }, naturalHeight: { value: height } });
  await fireEvent.load(image);
}
const frame = () => screen.getByTestId('picture-now').parentElement as HTMLElement;
const present = () => within(screen.getByTestId('picture-now')).getByRole('img');
const machine = process.env['TZ'];

afterEach(() => {
  cleanup();
  process.env['TZ'] = machine;
  zone.use(null);
  narrow.fits = false;
});

describe('the present picture', () => {
  it('looks like loading until it is there, then stands in its own ratio with time and lane beneath', async () => {
    await desk({}, 'E02');
    expect(frame()).toHaveAttribute('data-state', 'loading');
    expect(frame()).toHaveTextContent('载入中');
    expect(screen.queryByTestId('picture-time')).toBeNull();
    await arrive(present(), 800, 600);
    expect(frame()).toHaveAttribute('data-state', 'seen');
    expect(Number(screen.getByTestId('pictures').style.getPropertyValue('--ratio'))).toBeCloseTo(4 / 3);
    expect(screen.getByTestId('picture-time')).toHaveTextContent(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(screen.getByTestId('picture-of')).toHaveTextContent('东门出口');
    expect(frame().textContent?.trim()).toBe('');
  });

  it('stays, dimmed and with its age, while the next one comes, but never over another lane', async () => {
    const { app } = await desk({}, 'E02');
    await arrive(present(), 1600, 900);
    const view = app.lane.view;
    if (!view?.picture) throw new Error('no picture');
    app.lane.view = { ...view, picture: { ...view.picture, url: `${view.picture.url}#next` } };
    await waitFor(() => expect(frame()).toHaveAttribute('data-state', 'loading'));
    expect(frame().querySelector('.former')).not.toBeNull();
    expect(screen.getByTestId('reading')).toHaveTextContent('载入中 · 上一张');
    await app.claim('S01');
    await waitFor(() => expect(screen.getByTestId('lane-title')).toHaveTextContent('南门出口'));
    expect(frame().querySelector('.former')).toBeNull();
    expect(frame()).toHaveTextContent('载入中');
  });

  it('says that the next vehicle is in sight, and takes its plate and time for nothing of this case', async () => {
    const { app } = await desk({}, 'E02');
    const view = app.lane.view;
    if (!view?.picture) throw new Error('no picture');
    app.lane.view = { ...view, picture: { ...view.picture, plate: '粤BD10086' } };
    expect(await screen.findByTestId('next-vehicle')).toHaveTextContent('画面里已是下一辆车 粤B·D10086');
    expect(screen.queryByTestId('plate-crop')).toBeNull();
    expect(screen.queryByTestId('doubt')).toBeNull();
  });

  it('shows crop and ring together', async () => {
    await desk({}, 'E02');
    const crop = screen.getByTestId('plate-crop');
    expect(crop.querySelector('.ring')).toBeNull();
    await arrive(within(crop).getByRole('img'), 960, 600);
    expect(crop.querySelector('.ring')).not.toBeNull();
  });
});

describe('words that lead on', () => {
  it('a lane without a read plate is no failed lookup', async () => {
    const { app } = await desk({}, 'E02');
    const view = app.lane.view;
    if (!view?.picture) throw new Error('no picture');
    const rest = { ...view };
    delete rest.vehicle;
    const picture = { ...view.picture, plate: null };
    const blank = { ...view.case, plate: null, plate_read: null } as NonNullable<typeof view.case>;
    app.lane.view = { ...rest, assessment: 'unknown', picture, case: blank, candidates: [] };
    await waitFor(() => expect(screen.getByTestId('verdict')).toHaveTextContent('未识别到车牌'));
    expect(screen.getByTestId('verdict')).toHaveTextContent('请看画面，或手工输入车牌');
    expect(document.body).not.toHaveTextContent('查询失败');
  });

  it('Enter on a lane that somebody holds looks at it; it claims nothing', async () => {
    const { app, backend, user } = await desk();
    await user.type(screen.getByTestId('search-input'), 'W-01');
    await screen.findByTestId('search-hit-W01');
    expect(screen.getByTestId('view-W01')).toHaveTextContent('Enter');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(app.lane.mode).toBe('watch'));
    expect(backend.sent.filter((word) => word.startsWith('claim'))).toEqual([]);
  });
});

describe('what is read', () => {
  it('scrolls in one piece beside the operations, never under them', async () => {
    await desk({}, 'E02');
    const piece = screen.getByTestId('lane-title').closest('.sight') as HTMLElement;
    expect(within(piece).getByTestId('lot-name')).toBeInTheDocument();
    expect(within(piece).getByTestId('plate-cell-7')).toBeInTheDocument();
    expect(within(piece).queryByTestId('open-button')).toBeNull();
    expect(screen.getByTestId('open-button').closest('main')).toBe(piece.parentElement);
  });
});

describe('the plate keypad', () => {
  const keys = () => screen.getAllByTestId(/^key-.$/u).map((key) => key.textContent?.trim() ?? '');
  const longest = () =>
    Math.max(
      ...[...screen.getByTestId('keypad').children].map(
        (row) => within(row as HTMLElement).queryAllByTestId(/^key-.$/u).length,
      ),
    );

  it('has on a narrow phone the same keys, eight in a row at most, letters in the alphabet’s order', async () => {
    const { app, user } = await desk({}, 'E02');
    await user.click(screen.getByTestId('keypad-open'));
    const provinces = keys();
    await user.click(screen.getByTestId('key-沪'));
    const letters = keys();
    expect(longest()).toBe(10);
    narrow.fits = true;
    await waitFor(() => expect(longest()).toBe(8));
    expect(keys().toSorted()).toEqual(letters.toSorted());
    const words = keys().filter((key) => /[A-Z]/.test(key));
    expect(words).toEqual(words.toSorted());
    await user.click(screen.getByTestId('key-A'));
    await user.click(screen.getByTestId('key-9'));
    expect(app.plate.text).toMatch(/^沪A9/);
    await user.click(screen.getByRole('button', { name: '省份' }));
    expect(keys()).toEqual(provinces);
    expect(longest()).toBe(8);
  });
});

describe('the queue', () => {
  it('is counted once: the bar and the board say the same number', async () => {
    const chief = people['chief'] ?? null;
    const { app } = await desk({ person: chief, waiting: 3 });
    await waitFor(() => expect(app.calls.waiting.length).toBe(3));
    app.go('board');
    expect(await screen.findByTestId('board-queue-count')).toHaveTextContent('3');
    expect(screen.getByTestId('queue-chip')).toHaveTextContent('3');
  });
});

describe('those who hear the page', () => {
  it('are told by regions that stand from the start, once, and not by the second', async () => {
    const { app } = await desk({ orders: ['unknown'] }, 'E02');
    const [status, alarm] = [screen.getByTestId('said-status'), screen.getByTestId('said-alert')];
    expect(status).toBeInTheDocument();
    app.lane.view = app.lane.view && {
      ...app.lane.view,
      lease: { ...app.lane.view.lease, expires_at: new Date(app.clock.now + 30_000).toISOString() } as NonNullable<
        typeof app.lane.view.lease
      >,
    };
    await waitFor(() => expect(alarm).toHaveTextContent('还有 1 分钟'));
    const before = alarm.textContent;
    app.clock.tick();
    await Promise.resolve();
    expect(alarm.textContent).toBe(before);
  });

  it('begin a page at its heading', async () => {
    const { app } = await desk({ person: people['chief'] ?? null });
    app.go('morning');
    await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'));
  });
});

describe.each(['UTC', 'America/New_York', 'Asia/Shanghai'])('a desk in %s', (tz) => {
  it('shows the lot’s time and says so where its own differs (R55)', async () => {
    process.env['TZ'] = tz;
    const { app } = await desk({}, 'E02');
    await arrive(present(), 960, 600);
    const at = app.lane.view?.picture?.taken_at ?? '';
    const shanghai = new Date(Date.parse(at) + 8 * 3_600_000).toISOString();
    expect(screen.getByTestId('picture-time')).toHaveTextContent(`${shanghai.slice(0, 10)} ${shanghai.slice(11, 19)}`);
    expect(screen.queryByTestId('zone-differs') !== null).toBe(tz !== 'Asia/Shanghai');
  });
});

describe('a day', () => {
  it('is written in the catalogue’s form, typed, moved by keys and picked from a month', async () => {
    const { app, user } = await desk({ person: people['chief'] ?? null });
    app.go('morning');
    const field = await screen.findByTestId('morning-day');
    expect(field).toHaveAttribute('type', 'text');
    await waitFor(() => expect(field).toHaveValue('2026年3月17日 周二'));
    await fireEvent.change(field, { target: { value: '2026-03-10' } });
    await waitFor(() => expect(field).toHaveValue('2026年3月10日 周二'));
    field.focus();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(field).toHaveValue('2026年3月9日 周一'));
    await fireEvent.change(field, { target: { value: '2026-02-30' } });
    expect(field).toHaveAttribute('aria-invalid', 'true');
    await user.click(screen.getByTestId('morning-day-pick'));
    await user.keyboard('{ArrowLeft}{Enter}');
    await waitFor(() => expect(field).toHaveValue('2026年3月8日 周日'));
    await app.setting.set({ language: 'en' });
    await waitFor(() => expect(field).toHaveValue('Sun 8 Mar 2026'));
    await fireEvent.change(field, { target: { value: '5 Mar 2026' } });
    await waitFor(() => expect(field).toHaveValue('Thu 5 Mar 2026'));
    await app.setting.set({ language: 'zh-CN' });
  });
});
