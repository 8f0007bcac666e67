/** Session, search, lanes, cases and orders at the demo lot. */
import type { Person, View } from '..';
import { bare, dotted } from '$lib/ui/plate';
import { memoryLive } from './live';
import type { Lot, Script } from './lot';
import { Refusal, type Rooms } from './rooms';
import { ago, at, corrected, laneOf, lanes, sampleClaim, sampleHits, sampleView, soon } from './sample';
import { pictureOf } from './scene';

export function session(lot: Lot, script: Script): Rooms {
  /** The seat list follows who sits down. */
  const sit = (number: string | null): Person => {
    lot.seatsNow = lot.seatsNow.map((seat) => {
      if (seat.number === number) return { number, person: lot.me, state: 'free', since: soon() };
      return seat.person?.id === lot.me.id ? { number: seat.number } : seat;
    });
    return (lot.person = { ...(lot.person as Person), seat: number });
  };
  const connection = script.offline ? 'offline' : 'online';
  return {
    sessionStatus: () => ({ hub_url: 'http://127.0.0.1:8470', username: 'guard', person: lot.person, connection }),
    logout: () => (lot.person = null),
    bindSeat: (number) => {
      const holder = lot.seatsNow.find((seat) => seat.number === number)?.person;
      if (holder && holder.id !== lot.me.id) throw new Refusal('seat_taken', '坐席已被使用。', { holder });
      return sit(number);
    },
    freeSeat: () => sit(null),
    seats: () => lot.seatsNow,
    seatState: (state) => {
      lot.sent.push(`seat:${state}`);
      lot.seatsNow = lot.seatsNow.map((seat) =>
        seat.person?.id === lot.me.id ? { ...seat, state, since: soon() } : seat,
      );
    },
    settings: () => ({ theme: 'system', contrast: 'normal', language: 'zh-CN', ...script.settings }),
    draft: (key) => lot.drafts.get(key) ?? null,
    saveDraft: (key, body) => lot.drafts.set(key, body),
    dropDraft: (key) => lot.drafts.delete(key),
  };
}

export function search(lot: Lot): Rooms {
  return {
    search: (query) => sampleHits(query.trim()),
    records: (query) => {
      const [plate, place] = [bare(query), at('E02')];
      const spent = { amount_fen: 900, paid_at: ago(200000), channel: '微信', event_id: '2026112000417' };
      const worked = { state: 'closed' as const, opened_at: ago(90000), closed_at: ago(89800) };
      return {
        stays: [{ id: 's1', lot: place.lot, plate, status: 'inside', entered_at: ago(18780), paid_fen: 0 }],
        payments: [{ id: 'p1', lot: place.lot, plate, ...spent }],
        cases: [{ id: 'c1', ...place, person: lot.me, plate, ...worked }],
        openings: [],
      };
    },
    recentLanes: () =>
      lanes.slice(0, 6).map(({ id, name, code, direction, lot: { id: of, name: lot_name } }, turn) => {
        return { lane: id, lane_name: name, code, direction, lot: of, lot_name, used_at: ago(400 + turn * 1600) };
      }),
    checkPlate: (text) => {
      const plate = bare(text);
      const odd = !/^[\p{Script=Han}][A-Z][A-Z0-9]{5,6}$/u.test(plate);
      return { plate, display: dotted(plate), kind: odd ? 'odd' : 'ordinary', odd, none: plate === '' };
    },
  };
}

export function cases(lot: Lot, script: Script): Rooms {
  const caseOf = (view: View): NonNullable<View['case']> => {
    if (!view.case) throw new Error('the view has no case');
    return view.case;
  };
  return {
    viewLane: (lane) => {
      const view = sampleView(lane, lot.me);
      if (lane !== 'K01' && lot.view?.lane.id !== lane) {
        delete view.lease;
        delete view.case;
      }
      return view;
    },
    claimLane: (lane) => {
      lot.sent.push('claim');
      const { held } = laneOf(lane);
      if (held) throw new Refusal('lane_held', '已经有人处理', held);
      const again = lot.view?.lane.id === lane ? lot.view : null;
      const view = { ...(again ?? sampleView(lane, lot.me)) };
      // Another lane is another case.
      if (view.case && !again) view.case = { ...view.case, id: lot.next('case') };
      const acquired_at = view.lease?.acquired_at ?? ago(0);
      view.lease = { holder: lot.me, acquired_at, expires_at: soon(again ? 600 : 521) };
      return sampleClaim(lot.turn(view));
    },
    currentCase: () => lot.view && sampleClaim(lot.view),
    closeCase: () => {
      lot.sent.push('close');
      lot.view = null;
    },
    correctPlate: (_caseId, text) => {
      const [view, plate] = [lot.page, bare(text)];
      if (plate === '粤B12345') return lot.turn(corrected(lot.me));
      const vehicle = view.vehicle ? { vehicle: { ...view.vehicle, plate } } : {};
      return lot.turn({ ...view, case: { ...caseOf(view), plate, corrected: true }, ...vehicle });
    },
    findPhone: () => {
      throw new Refusal('not_found', '没有找到该手机号的在场车辆。', { status: 404 });
    },
    chooseVehicle: () => lot.turn(corrected(lot.me)),
    setDirection: (_caseId, direction) =>
      lot.turn({ ...lot.page, case: { ...caseOf(lot.page), direction }, offers: corrected().offers }),
    markPassed: () => {
      const passed = { at: soon(), person: lot.me, what: 'passed' as const };
      return lot.turn({ ...lot.page, timeline: [...lot.page.timeline, passed] });
    },
    handOverCase: (caseId, { to }) => {
      const by = { ...lot.me, id: to, name: '李四' };
      lot.tell({ type: 'lease_lost', case: caseId, lane: lot.view?.lane.id ?? '', why: 'handed_over', by });
    },
    refreshPicture: () => {
      const { picture } = lot.page;
      return lot.turn({ ...lot.page, ...(picture ? { picture: { ...picture, taken_at: soon() } } : {}) });
    },
    laneStills: (lane) => {
      const now = lot.view?.picture ?? sampleView(lane, lot.me).picture;
      if (!now) return [];
      // A car that comes nearer, ten pictures before now; the first ones are of the one before it.
      const former = '粤B8K2P1';
      return Array.from({ length: 10 }, (_, turn) => ({
        url: turn < 3 ? pictureOf({ plate: former, car: '#2f4a6b', arm: -70 + turn }) : now.url,
        taken_at: ago(40 - turn * 4),
        plate: turn < 3 ? former : (now.plate ?? null),
      }));
    },
    startLive: (_lane, camera, heard) => {
      lot.sent.push(`live:${camera}`);
      const line = memoryLive(script.live ?? 'plays', camera, heard);
      return { ...line, stop: () => (lot.sent.push(`stop-live:${camera}`), line.stop()) };
    },
    orderBarrier: (caseId, { action }) => {
      lot.sent.push(`order:${action}`);
      const [result, later] = script.orders ?? ['accepted', 'opened'];
      const id = `order-${lot.orders.size + 1}`;
      return lot.order(id, { case: caseId, action, result }, action === 'close' ? 'closed' : later);
    },
    orderResult: (orderId) => {
      const order = lot.orders.get(orderId);
      if (!order) throw new Refusal('not_found', '没有这条指令。');
      return order;
    },
    handled: () => ({
      items: lanes.flatMap(({ held, ...lane }) =>
        held
          ? [{ lane, lot: lane.lot, case: `case-${lane.id}`, ...held, expires_at: ago(-400), source: 'query' as const }]
          : [],
      ),
    }),
  };
}
