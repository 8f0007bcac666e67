/** Calls, robots and QR codes at the demo lot. */
import type { Call, CallState, RobotCommand, Taken, View } from '..';
import type { Lot, Script } from './lot';
import { qrPicture, robotScreen } from './robot';
import { Refusal, type Rooms } from './rooms';
import { at, lanes, sampleClaim, sampleView, soon, wangwu } from './sample';

export function calls(lot: Lot, script: Script): Rooms {
  const inCall = (view: View, own?: Call): View => {
    const live = lot.callsNow.find((each) => each.state === 'live' && each.by?.id === lot.me.id) ?? own;
    const speaks = live?.state === 'live';
    return {
      ...view,
      ...(view.case ? { case: { ...view.case, source: 'call' } } : {}),
      ...(live ? { call: { id: live.id, caller: live.caller, started_at: live.since, answered_at: live.since } } : {}),
      ...(view.lease && speaks ? { lease: { ...view.lease, expires_at: null } } : {}),
      offers: speaks && view.robot ? [...view.offers, { op: 'hang_up', needs: [] }] : view.offers,
    };
  };
  const take = (call: Call, state: CallState = 'live'): Taken => {
    const own: Call = { ...call, state, by: lot.me, ...(state === 'live' ? { answered_at: soon() } : {}) };
    const lane = lanes.find((each) => each.id === call.lane?.id);
    if (!lane) return { call: lot.putCall(own) };
    const view = sampleView(lane.id, lot.me);
    if (lane.held) return { call: lot.putCall(own), view, held_by: lane.held.holder, held_since: lane.held.since };
    const claimed = sampleClaim(lot.turn(inCall(view, own)));
    return { call: lot.putCall({ ...own, case: 'case-1' }), ...claimed };
  };
  const shows = (command: RobotCommand): void => {
    const view = lot.view;
    if (!view?.robot) return;
    const scene = 'scene' in command ? (command.scene ?? 'pay') : (view.robot.scene ?? 'idle');
    const said = command.type === 'light' ? command.light : command.type === 'show_qr' ? 'yellow' : view.robot.light;
    const screen = { url: robotScreen(scene), at: soon() };
    const robot = { ...view.robot, scene, light: said ?? null, seen_at: soon(), screen };
    lot.turn({ ...view, robot });
    lot.tell({ type: 'view', lane: view.lane.id, robot });
  };
  return {
    calls: (state) => {
      // Those somebody has are one list, ringing or not; one that anybody may take by now waits besides.
      const lists = (call: Call): CallState[] =>
        call.state === 'ringing' ? (call.overflow ? ['waiting', 'live'] : ['live']) : [call.state];
      return lot.callsNow.filter((call) => lists(call).includes(state));
    },
    takeCall: (id) => {
      lot.sent.push(`take:${id}`);
      const call = lot.callsNow.find((each) => each.id === id);
      const seat = lot.person?.seat;
      if (!seat) throw new Refusal('seat_required', '先选坐席，再接听来电。');
      if (!call || call.state === 'ended') throw new Refusal('call_over', '来电已结束。');
      if (call.state === 'live') throw new Refusal('call_taken', '已由王五接听。', { holder: wangwu });
      return take({ ...call, seat });
    },
    openByHand: (lane, caller) => {
      lot.sent.push(`by-hand:${lane}`);
      return take({ ...lot.sampleCall('ended', lane, 0), by_hand: true, caller: caller ?? '' }, 'ended');
    },
    callBack: (id, note) => {
      lot.sent.push(`called-back:${note ?? ''}`);
      lot.callsNow = lot.callsNow.filter((call) => call.id !== id);
    },
    moveCase: (caseId, lane) => {
      lot.sent.push(`move:${caseId}:${lane}`);
      const view = lot.turn(inCall(sampleView(lane, lot.me)));
      const own = lot.callsNow.find((call) => call.case === caseId);
      if (own) lot.becomes(own.id, at(lane));
      return sampleClaim(view);
    },
    pressRobot: (caseId, command) => {
      lot.sent.push(`robot:${command.type}`);
      lot.robotTold.push(command);
      if (!lot.view?.robot) throw new Refusal('robot_not_bound', '未绑定机器人，不能使用该操作');
      const result = script.robot ?? 'accepted';
      if (result === 'accepted') shows(command);
      const detail = result === 'failed' ? '扬声器没有应答' : '';
      return { id: `robot-${lot.robotTold.length}`, case: caseId, command: command.type, result, detail, at: soon() };
    },
    qr: (_caseId, scene) => {
      lot.sent.push(`qr:${scene ?? ''}`);
      if (script.noQr) throw new Refusal('not_configured', '还没有设置缴费码地址，请管理员在车场设置里填写。');
      const due = lot.view?.payment?.due_fen;
      return {
        scene: scene ?? 'pay',
        url: 'https://pay.example.cn/xinghe',
        svg: qrPicture(),
        lines: ['星河雅居 南门出口', '粤AD·12345'],
        ...(due ? { amount_fen: due } : {}),
        expires_at: soon(script.qrSeconds ?? 60),
      };
    },
  };
}
