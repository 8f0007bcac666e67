import { commands } from '../bindings';
import { ask } from './ask';
import type { Backend } from './backend';

type CallDoor = Pick<
  Backend,
  'seats' | 'setSeatState' | 'calls' | 'takeCall' | 'openByHand' | 'callBack' | 'moveCase' | 'pressRobot' | 'qr'
>;

/** Calls, seats and robots, through Tauri. */
export const callCommands: CallDoor = {
  seats: () => ask(commands.seats()),
  setSeatState: (state) => ask(commands.seatState(state)),
  calls: (state) => ask(commands.calls(state)),
  takeCall: (id, lane) => ask(commands.takeCall(id, lane)),
  openByHand: (lane, caller) => ask(commands.openByHand(lane, caller)),
  callBack: (id, note) => ask(commands.callBack(id, note)),
  moveCase: (caseId, lane) => ask(commands.moveCase(caseId, lane)),
  pressRobot: (caseId, command) => ask(commands.pressRobot(caseId, command)),
  qr: (caseId, scene) => ask(commands.qr(caseId, scene)),
};
