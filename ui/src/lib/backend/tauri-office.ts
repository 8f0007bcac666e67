import { invoke } from '@tauri-apps/api/core';
import { commands } from '../bindings';
import { ask, told } from './ask';
import type { OfficeDoor } from './office';
import type { ImportResult } from './types';

/** The back office, through Tauri. */
export const officeCommands: OfficeDoor = {
  changePassword: (old, wanted) => ask(commands.changePassword(old, wanted)),
  confirmPassword: (password) => ask(commands.confirmPassword(password)),
  resetWithCode: (hubUrl, username, code, wanted, second) =>
    ask(commands.resetWithCode(hubUrl, username, code, wanted, second)),
  openSessions: (person) => ask(commands.openSessions(person)),
  endSession: (id) => ask(commands.endSession(id)),
  secondFactor: () => ask(commands.secondFactor()),
  offerSecondFactor: () => ask(commands.offerSecondFactor()),
  confirmSecondFactor: (code) => ask(commands.confirmSecondFactor(code)),
  dropSecondFactor: () => ask(commands.dropSecondFactor()),
  resetPassword: (person) => ask(commands.resetPassword(person)),
  resetSecondFactor: (person) => ask(commands.resetSecondFactor(person)),
  siteRows: (table, filter) => ask(commands.siteRows(table, filter)),
  siteRow: (table, id) => ask(commands.siteRow(table, id)),
  addSiteRow: (table, row) => ask(commands.addSiteRow(table, row)),
  changeSiteRow: (table, id, version, row) => ask(commands.changeSiteRow(table, id, version, row)),
  removeSiteRow: (table, id, version) => ask(commands.removeSiteRow(table, id, version)),
  siteChanges: (filter) => ask(commands.siteChanges(filter)),
  undoSiteChange: (change) => ask(commands.undoSiteChange(change)),
  pendingChanges: () => ask(commands.pendingChanges()),
  answerPending: (id, word) => ask(commands.answerPending(id, word)),
  testDevice: (id, form) => ask(commands.testDevice(id, form)),
  pairRobot: (number) => ask(commands.pairRobot(number)),
  rotateSecret: (id, step) => ask(commands.rotateSecret(id, step)),
  rotatePushKey: (id, step) => ask(commands.rotatePushKey(id, step)),
  importSite: async (file, table, preview) => {
    // By hand: the file travels as the raw body. Headers hold no Chinese, and of the name only its ending matters.
    const ending = file.name.split('.').at(-1) ?? '';
    const headers = { 'x-name': `file.${ending.replaceAll(/[^a-zA-Z]/g, '')}`, 'x-preview': String(preview) };
    const whole = table ? { ...headers, 'x-table': table } : headers;
    const bytes = new Uint8Array(await file.arrayBuffer());
    return ask(told(invoke<ImportResult>('import_site', bytes, { headers: whole })));
  },
  exportSite: (format, table) => ask(commands.exportSite(format, table)),
  board: () => ask(commands.board()),
  askHelp: (caseId, note) => ask(commands.askHelp(caseId, note)),
  answerHelp: (caseId, note) => ask(commands.answerHelp(caseId, note)),
  dropHelp: (caseId) => ask(commands.dropHelp(caseId)),
  devices: (lot) => ask(commands.devices(lot)),
  openMaintenance: (device, note) => ask(commands.openMaintenance(device, note)),
  maintenance: (filter) => ask(commands.maintenance(filter)),
  closeMaintenance: (id, repair) => ask(commands.closeMaintenance(id, repair)),
  morning: (day, lot) => ask(commands.morning(day, lot)),
  exportMorning: (day, format) => ask(commands.exportMorning(day, format)),
  pastCases: (filter) => ask(commands.pastCases(filter)),
  pastCalls: (filter) => ask(commands.pastCalls(filter)),
  longStays: (filter) => ask(commands.longStays(filter)),
  outages: (filter) => ask(commands.outages(filter)),
  pastApprovals: (filter) => ask(commands.pastApprovals(filter)),
  caseStatistics: (filter, by) => ask(commands.caseStatistics(filter, by)),
  takeCash: (caseId, amountFen) => ask(commands.takeCash(caseId, amountFen)),
  cash: (filter) => ask(commands.cash(filter)),
  cashTotals: (filter) => ask(commands.cashTotals(filter)),
};
