import { Channel, invoke } from '@tauri-apps/api/core';
import { commands } from '../bindings';
import { ask, told } from './ask';
import type { Backend } from './backend';
import type { EvidencePhoto } from './types';

type RecordDoor = Pick<
  Backend,
  | 'releaseForm'
  | 'release'
  | 'fileDebt'
  | 'approvals'
  | 'answerApproval'
  | 'cameras'
  | 'chooseCamera'
  | 'startPreview'
  | 'previewShown'
  | 'stopPreview'
  | 'takePhoto'
  | 'addPhoto'
  | 'photoFromLane'
  | 'evidence'
  | 'dropPhoto'
  | 'openings'
  | 'opening'
  | 'openingPhotos'
  | 'bringPhotos'
  | 'closePhotos'
  | 'openingTimeline'
  | 'openingStatistics'
  | 'exportOpenings'
  | 'cancelExport'
  | 'reasons'
  | 'rises'
  | 'debts'
  | 'waiveDebt'
  | 'warnings'
  | 'dismissWarning'
  | 'report'
  | 'acknowledgeReport'
  | 'auditHead'
  | 'holdPhoto'
>;

/** Release, evidence and record, through Tauri. */
export const recordCommands: RecordDoor = {
  releaseForm: (caseId) => ask(commands.releaseForm(caseId)),
  release: (caseId, press) => ask(commands.release(caseId, press)),
  fileDebt: (caseId, debt) => ask(commands.fileDebt(caseId, debt)),
  approvals: () => ask(commands.approvals()),
  answerApproval: (id, answer) => ask(commands.answerApproval(id, answer)),
  cameras: () => ask(commands.cameras()),
  chooseCamera: (id) => ask(commands.chooseCamera(id)),
  startPreview: (frame) => {
    const channel = new Channel<ArrayBuffer>();
    channel.onmessage = frame;
    return ask(commands.startPreview(channel));
  },
  previewShown: () => void commands.previewShown(),
  stopPreview: () => ask(commands.stopPreview()),
  takePhoto: (caseId) => ask(commands.takePhoto(caseId)),
  // By hand: the picture travels as the raw body, its case in a header; a photo never becomes text.
  addPhoto: (caseId, bytes) => ask(told(invoke<EvidencePhoto>('add_photo', bytes, { headers: { 'x-case': caseId } }))),
  photoFromLane: (caseId) => ask(commands.photoFromLane(caseId)),
  evidence: (caseId) => ask(commands.evidence(caseId)),
  dropPhoto: (caseId, id) => ask(commands.dropPhoto(caseId, id)),
  openings: (filter) => ask(commands.openings(filter)),
  opening: (id) => ask(commands.opening(id)),
  openingPhotos: (id) => ask(commands.openingPhotos(id)),
  bringPhotos: (id) => ask(commands.bringPhotos(id)),
  closePhotos: (id, reason) => ask(commands.closePhotos(id, reason)),
  openingTimeline: (id) => ask(commands.openingTimeline(id)),
  openingStatistics: (filter, by) => ask(commands.openingStatistics(filter, by)),
  exportOpenings: (filter, format) => ask(commands.exportOpenings(filter, format)),
  cancelExport: () => ask(commands.cancelExport()),
  reasons: () => ask(commands.reasons()),
  rises: (filter) => ask(commands.rises(filter)),
  debts: (filter) => ask(commands.debts(filter)),
  waiveDebt: (id, reason) => ask(commands.waiveDebt(id, reason)),
  warnings: (filter) => ask(commands.warnings(filter)),
  dismissWarning: (id, reason) => ask(commands.dismissWarning(id, reason)),
  report: (day) => ask(commands.report(day)),
  acknowledgeReport: (day) => ask(commands.acknowledgeReport(day)),
  auditHead: () => ask(commands.auditHead()),
  holdPhoto: (id, hold) => ask(commands.holdPhoto(id, hold)),
};

/** Phones and tablets say so in their web view; an iPad says Macintosh, but has fingers on its screen. */
export function isMobile(agent: string, touchPoints: number): boolean {
  return /Android|iPhone|iPad/.test(agent) || (agent.includes('Macintosh') && touchPoints > 1);
}
