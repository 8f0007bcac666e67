/** The site of the preview: what administrators see and change. */
import type { Cells, SiteRow, SiteTable } from '$lib/backend';
import { pictureOf } from '$lib/backend/memory/scene';

let versions = 0;
export const version = (): string => `v${++versions}`;

const row = (table: SiteTable, id: string, label: string, cells: Cells, secrets: string[] = []): SiteRow => ({
  table,
  id,
  label,
  version: version(),
  row: cells,
  secrets,
});

const lots: [id: string, name: string, area: string, manager: string, phone: string][] = [
  ['caiyue', '彩悦大厦', 'shenzhen', '王强', '138 2600 4417'],
  ['xinghe', '星河雅居', 'shenzhen', '陈敏', '139 2600 7731'],
  ['kechuang', '科创园 B 区', 'shenzhen', '刘洋', '137 2600 9025'],
  ['wanpan', '湾畔花园', 'guangzhou', '何静', '136 2600 1180'],
  ['yunding', '云顶广场', 'guangzhou', '赵强', '135 2600 3302'],
];
const lanes: [id: string, lot: string, name: string, direction: string][] = [
  ['E01', 'caiyue', '东门进口', 'entry'],
  ['E02', 'caiyue', '东门出口', 'exit'],
  ['W01', 'caiyue', '西门进口', 'entry'],
  ['W02', 'caiyue', '西门出入口', 'both'],
  ['S01', 'xinghe', '南门出口', 'exit'],
  ['N01', 'xinghe', '北门进口', 'entry'],
  ['K01', 'kechuang', '1 号出口', 'exit'],
];
const rules: [name: string, value: number, usual: number, min: number, max: number][] = [
  ['lock_minutes', 10, 10, 1, 240],
  ['grace_days', 3, 3, 0, 60],
  ['order_deadline_s', 10, 10, 2, 30],
  ['quote_seconds', 60, 60, 5, 600],
  ['queue_overflow_seconds', 20, 20, 0, 600],
  ['photo_retention_days', 180, 90, 1, 3650],
  ['session_idle_minutes', 720, 720, 5, 10080],
  ['login_attempts', 5, 5, 1, 100],
  ['second_factor_supervisor', 2, 2, 0, 2],
  ['second_factor_admin', 1, 2, 0, 2],
  ['reentry_minutes', 10, 10, 0, 240],
  ['reentry_settings', 1, 1, 0, 1],
  ['device_alert_minutes', 5, 5, 1, 1440],
  ['device_quiet_minutes', 60, 60, 1, 10080],
  ['candidates', 6, 6, 1, 20],
  ['approval_due_fen', 5000, 20000, 0, 100000000],
  ['shift_hours', 12, 12, 1, 24],
  ['late_photos', 0, 0, 0, 1],
  ['robot_scene_seconds', 120, 120, 10, 3600],
  ['warn_days', 30, 30, 1, 90],
  ['warn_confidence_percent', 90, 90, 50, 100],
];

const people: [username: string, name: string, role: string, lots: string[], areas: string[], disabled: boolean][] = [
  ['guard', '张三', 'lot_staff', ['caiyue'], [], false],
  ['agent', '李四', 'agent', [], ['south'], false],
  ['chief', '周敏', 'supervisor', [], ['south'], false],
  ['admin', '管理员', 'admin', [], ['company'], false],
  ['former', '孙伟', 'agent', [], ['guangzhou'], true],
];

const pay = ['lot', 'lane', 'plate', 'amount', 'minutes'];
const scenes: [scene: string, light: string, text: string, speech: string, text_en: string, places: string[]][] = [
  [
    'idle',
    'off',
    '欢迎光临彩悦大厦\n如需帮助，请按呼叫键',
    '',
    'Welcome\nNeed help? Press the call button',
    ['lot', 'lane'],
  ],
  ['pay', 'yellow', '请扫码缴费\n应付 {amount}', '应付{amount}，请扫码缴费。', 'Scan to pay\n{amount} due', pay],
  [
    'paid',
    'green',
    '缴费成功\n请在 {minutes} 分钟内离场',
    '缴费成功。',
    'Paid, thank you',
    ['lot', 'plate', 'minutes'],
  ],
];

export const tables = (): Record<SiteTable, SiteRow[]> => ({
  area: [
    row('area', 'company', '示范物业集团', { id: 'company', name: '示范物业集团', parent: null }),
    row('area', 'south', '华南大区', { id: 'south', name: '华南大区', parent: 'company' }),
    row('area', 'shenzhen', '深圳事业部', { id: 'shenzhen', name: '深圳事业部', parent: 'south' }),
    row('area', 'guangzhou', '广州事业部', { id: 'guangzhou', name: '广州事业部', parent: 'south' }),
    row('area', 'east', '华东大区', { id: 'east', name: '华东大区', parent: 'company' }),
  ],
  lot: lots.map(([id, name, area, manager, manager_phone]) =>
    row('lot', id, name, {
      id,
      name,
      area,
      manager,
      manager_phone,
      outsiders: true,
      leave_minutes: 15,
      address: null,
    }),
  ),
  lane: lanes.map(([id, lot, name, direction]) =>
    row('lane', id, name, {
      id,
      lot,
      name,
      code: id,
      direction,
      barrier: `cam-${id}`,
      plate_camera: `cam-${id}`,
      environment_cameras: [`cam-${id}`],
      id_camera: id === 'E02' ? 'cam-E02' : null,
      robot: id === 'E02' ? 'robot-102' : null,
    }),
  ),
  device: lanes.map(([id], at) =>
    row(
      'device',
      `cam-${id}`,
      `cam-${id}`,
      {
        id: `cam-${id}`,
        driver: 'hikvision',
        url: `http://127.0.0.1:${18101 + at}`,
        username: 'admin',
        channel: 1,
        events: 'pull',
        rtsp: `rtsp://127.0.0.1:${18201 + at}/Streaming/Channels/101`,
        transport: 'tcp',
        namespace: '',
      },
      ['password'],
    ),
  ),
  robot: [row('robot', 'robot-102', 'R-102', { id: 'robot-102', number: 'R-102', phone: '075588321102' }, ['key'])],
  seat: ['2066', '2067', '2068', '2069'].map((number) => row('seat', number, number, { number })),
  person: people.map(([username, name, role, own, areas, disabled]) =>
    row('person', username, name, {
      username,
      name,
      role,
      lots: own,
      areas,
      disabled,
      must_change: username === 'former',
      second_factor: role === 'admin',
    }),
  ),
  reason: [
    ['special_vehicle', '特殊车辆', 1, 3],
    ['emergency', '应急车辆', 0, 3],
    ['no_entry_record', '无进场记录', 1, 3],
    ['other', '其他', 1, 3],
  ].map(([code, text, photos_min, photos_max]) =>
    row('reason', String(code), String(text), {
      code: String(code),
      text: String(text),
      direction: 'any',
      remark: true,
      photos_min: Number(photos_min),
      photos_max: Number(photos_max),
      approval: code === 'other',
    }),
  ),
  pass: ['粤B12345', '粤B80D56', '粤BF12345'].map((plate, at) =>
    row('pass', `pass-${at + 1}`, plate, {
      lot: 'caiyue',
      plates: at === 1 ? [plate, '粤B81D56'] : [plate],
      status: 'active',
      valid_from: '2026-01-01T00:00:00+08:00',
      valid_to: '2027-01-31T23:59:59+08:00',
      spaces: 1,
    }),
  ),
  vehicle: [
    row('vehicle', 'caiyue:粤B77777', '粤B77777', {
      lot: 'caiyue',
      plate: '粤B77777',
      locked: true,
      blacklisted: false,
    }),
  ],
  tariff: lots.slice(0, 3).map(([lot, name]) =>
    row('tariff', lot, name, {
      lot,
      free_minutes: 15,
      first_minutes: 60,
      first_fen: 500,
      step_minutes: 60,
      step_fen: 400,
      day_cap_fen: 4000,
    }),
  ),
  integration: [
    row('integration', 'pay', 'pay', { id: 'pay', kind: 'payments' }, ['secret']),
    row('integration', 'tel', 'tel', { id: 'tel', kind: 'telephony' }, ['secret', 'next_secret']),
  ],
  template: scenes.map(([scene, light, text, speech, text_en, places]) =>
    row('template', scene, scene, {
      scene,
      light,
      text,
      speech,
      text_en,
      speech_en: '',
      places,
      set: scene === 'idle',
    }),
  ),
  link: ['pay', 'renewal', 'unlicensed_entry', 'unlicensed_exit'].map((name) => {
    const url = name === 'pay' ? 'https://pay.example/p?lot={lot}&stay={stay}&amount_fen={amount_fen}' : null;
    const places = ['lot', 'lane', 'stay', 'plate', 'amount', 'amount_fen', 'phone'];
    return row('link', name, name, { name, url, places, set: url !== null });
  }),
  rule: rules.map(([name, value, usual, min, max]) =>
    row('rule', name, name, { name, value, default: usual, min, max }),
  ),
});

/** A still as 「测试」 shows it. The preview draws in SVG where a camera would send JPEG. */
export const still = (): string => pictureOf({ plate: '粤B12345', car: '#d4d8da', arm: 0 });
