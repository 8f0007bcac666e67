import { Channel, convertFileSrc } from '@tauri-apps/api/core';
import { commands, events } from '../bindings';
import { ask } from './ask';
import type { Backend, LiveNews } from './backend';
import { callCommands } from './tauri-call';
import { officeCommands } from './tauri-office';
import { isMobile, recordCommands } from './tauri-record';

/** The desk's Rust side, through Tauri. */
export function tauriBackend(): Backend {
  // `lanedesk://localhost/` or, on Windows and Android, `http://lanedesk.localhost/`
  const pictures = convertFileSrc('', 'lanedesk').replace(/\/$/, '');
  return {
    sessionStatus: () => ask(commands.sessionStatus()),
    login: (hubUrl, username, password, code) => ask(commands.login(hubUrl, username, password, code)),
    logout: () => ask(commands.logout()),
    bindSeat: (number) => ask(commands.bindSeat(number)),
    freeSeat: () => ask(commands.freeSeat()),
    search: (query) => ask(commands.search(query)),
    records: (query) => ask(commands.records(query)),
    recentLanes: () => ask(commands.recentLanes()),
    viewLane: (lane) => ask(commands.viewLane(lane)),
    claimLane: (lane) => ask(commands.claimLane(lane)),
    takeOverLane: (lane, reason) => ask(commands.takeOverLane(lane, reason)),
    askForLane: (lane) => ask(commands.askForLane(lane)),
    remindWhenFree: (lane, on) => ask(commands.remindWhenFree(lane, on)),
    currentCase: () => ask(commands.currentCase()),
    closeCase: (caseId, close) => ask(commands.closeCase(caseId, close)),
    correctPlate: (caseId, plate) => ask(commands.correctPlate(caseId, plate)),
    findPhone: (caseId, phone) => ask(commands.findPhone(caseId, phone)),
    chooseVehicle: (caseId, candidate) => ask(commands.chooseVehicle(caseId, candidate)),
    setDirection: (caseId, direction) => ask(commands.setDirection(caseId, direction)),
    markPassed: (caseId) => ask(commands.markPassed(caseId)),
    handOverCase: (caseId, to, note) => ask(commands.handOverCase(caseId, { to, note })),
    checkPlate: (text) => ask(commands.checkPlate(text).then((data) => ({ status: 'ok' as const, data }))),
    refreshPicture: (caseId) => ask(commands.refreshPicture(caseId)),
    laneStills: (lane) => ask(commands.laneStills(lane)),
    startLive: async (lane, camera, heard) => {
      const channel = new Channel<LiveNews>();
      channel.onmessage = heard;
      const answer = await ask(commands.startLive(lane, camera, channel));
      if (!answer.ok) return answer;
      const id = answer.data;
      const line = {
        taken: (messages: number) => void commands.liveTaken(id, messages),
        stop: () => void commands.stopLive(id),
      };
      return { ok: true, data: line };
    },
    orderBarrier: (caseId, press) => ask(commands.orderBarrier(caseId, press)),
    orderResult: (orderId) => ask(commands.orderResult(orderId)),
    ...recordCommands,
    ...officeCommands,
    ...callCommands,
    mobile: isMobile(navigator.userAgent, navigator.maxTouchPoints),
    handled: () => ask(commands.handled()),
    settings: () => ask(commands.settings()),
    saveSettings: (settings) => ask(commands.saveSettings(settings)),
    draft: (key) => ask(commands.draft(key)),
    saveDraft: (key, body) => ask(commands.saveDraft(key, body)),
    dropDraft: (key) => ask(commands.dropDraft(key)),
    pictureUrl: (path) => pictures + path,
    listen: async (listeners) => {
      const stops = await Promise.all([
        events.hubTold.listen((event) => listeners.told(event.payload.frame)),
        events.connectionChanged.listen((event) => listeners.connection(event.payload)),
        events.laneFree.listen((event) => listeners.laneFree(event.payload)),
        events.evidenceChanged.listen((event) => listeners.evidence(event.payload)),
        events.previewEnded.listen((event) => listeners.previewEnded(event.payload)),
        events.exportProgress.listen((event) => listeners.exporting(event.payload)),
        events.importTold.listen((event) => listeners.importing?.(event.payload.progress)),
        events.sessionEnded.listen(() => listeners.sessionEnded()),
      ]);
      return () => stops.forEach((stop) => stop());
    },
  };
}
