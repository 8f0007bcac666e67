/** A drawn lane: road, car with its plate, cabinet and arm. Stands in for camera pictures in previews and on the login page. */

export interface Scene {
  night?: boolean;
  /** Colour of the car's body. */
  car?: string;
  /** Text on the plate; none draws a car without one. */
  plate?: string | null;
  plateColor?: 'blue' | 'green';
  /** The arm in degrees; 0 lies across the lane, -70 stands up. Null leaves barrier and cabinet out. */
  arm?: number | null;
  /** Dirt over the character at this place, the way a misread plate looks. */
  dirtAt?: number | null;
}

export const SCENE_WIDTH = 960;
export const SCENE_HEIGHT = 600;
/** Where the plate stands: x, y, width, height as parts of the picture. */
export const PLATE_BOX: [number, number, number, number] = [0.4135, 0.6917, 0.1729, 0.0867];

const day = {
  sky: ['#b3c3cb', '#dfe6e8'],
  road: ['#8e9497', '#5d6366'],
  side: '#a3abac',
  wall: '#b6bdbe',
  tree: '#7d927f',
};
const dark = {
  sky: ['#0b1013', '#14191c'],
  road: ['#33322c', '#191b1c'],
  side: '#2a2f32',
  wall: '#1c2225',
  tree: '#151b1b',
};

function ground(night: boolean): string {
  const c = night ? dark : day;
  const stripes = [0, 1, 2, 3, 4, 5, 6]
    .map((n) => {
      const y = 250 + n * n * 8 + n * 12;
      const next = y + 16 + n * 7;
      const x = (at: number) => 372 - (at - 230) * 1.02;
      return `<path d="M${x(y)} ${y}L${x(next)} ${next}L${x(next) - 12 - n * 5} ${next}L${x(y) - 10 - n * 4} ${y}z M${960 - x(y)} ${y}L${960 - x(next)} ${next}L${960 - x(next) + 12 + n * 5} ${next}L${960 - x(y) + 10 + n * 4} ${y}z" fill="${night ? '#6d5c25' : '#c9a233'}"/>`;
    })
    .join('');
  const trees = night
    ? '<path d="M90 0h780v60H90z" fill="#0e1315"/><path d="M380 18h200v14H380z" fill="#f4ecd0"/><path d="M820 120h60v46h-60z" fill="#57491f"/>'
    : `<path d="M190 230c-4-62 44-96 86-74 22-44 84-36 92 8 40-22 76 12 68 66z" fill="${c.tree}"/><path d="M590 230c2-52 44-74 78-54 26-30 84-12 86 30v24z" fill="${c.tree}"/>`;
  return `<rect width="960" height="240" fill="url(#sky)"/><path d="M0 60 200 100V240H0z" fill="${c.wall}"/><path d="M0 104 200 136M0 152 200 172" stroke="${c.side}" stroke-width="9"/><path d="M960 40 760 92V240H960z" fill="${c.wall}"/><path d="M960 88 760 128M960 144 760 170" stroke="${c.side}" stroke-width="10"/>${trees}<path d="M0 226h960v374H0z" fill="url(#road)"/><path d="M360 226 0 520v80h20L384 226zM600 226 960 520v80h-20L576 226z" fill="${c.side}" opacity=".6"/>${stripes}<path d="M0 0h960v34H0z" fill="${night ? '#1d2427' : '#6c767b'}"/><path d="M0 34h960v12H0z" fill="${night ? '#0d1113' : '#555e63'}"/>`;
}

function car(scene: Scene): string {
  const body = scene.car ?? '#d4d8da';
  const lamps = scene.night
    ? '<g fill="url(#beam)"><circle cx="372" cy="352" r="120"/><circle cx="588" cy="352" r="120"/></g><g fill="#fffbe8"><path d="M340 346q32-6 62 8-2 12-20 11-26-3-42-19zM620 346q-32-6-62 8 2 12 20 11 26-3 42-19z"/></g>'
    : '<g fill="#eef3f5"><path d="M342 344q30-4 60 10-4 10-20 9-24-4-40-19zM618 344q-30-4-60 10 4 10 20 9 24-4 40-19z"/></g>';
  return `<ellipse cx="480" cy="498" rx="190" ry="20" opacity=".45"/>
<path d="M322 462h58v38q0 9-9 9h-40q-9 0-9-9zM580 462h58v38q0 9-9 9h-40q-9 0-9-9z" fill="#14181a"/>
<path d="M334 268q-34-8-44 6t18 24l34-6zM626 268q34-8 44 6t-18 24l-34-6z" fill="${body}"/><path d="M334 268q-34-8-44 6t18 24l34-6zM626 268q34-8 44 6t-18 24l-34-6z" opacity=".25"/>
<path d="M346 290c18-58 40-104 58-122 10-9 40-14 76-14s66 5 76 14c18 18 40 64 58 122z" fill="${body}"/><path d="M404 168q76-20 152 0l-7 11q-69-16-138 0z" fill="#fff" opacity=".35"/>
<path d="M366 284c14-44 30-80 46-100q68-18 136 0c16 20 32 56 46 100q-114-22-228 0z" fill="#1a242a"/><path d="M366 284c14-44 30-80 46-100l46-8-42 100q-28 3-50 8zM494 174l24 3-40 98h-18z" fill="#9fb4be" opacity=".24"/>
<circle cx="424" cy="228" r="14" fill="#0a0f11"/><path d="M396 276q4-36 28-36t30 34zM510 274q4-34 30-34t28 36z" fill="#0a0f11"/>
<path d="M330 292q150-36 300 0l34 52q-184-46-368 0z" fill="${body}"/><path d="M330 292q150-36 300 0l34 52q-184-46-368 0z" fill="url(#hood)"/>
<path d="M296 342q184-46 368 0c22 22 24 70 14 110-4 20-12 26-30 26H312c-18 0-26-6-30-26-10-40-8-88 14-110z" fill="${body}"/><path d="M296 342q184-46 368 0c22 22 24 70 14 110-4 20-12 26-30 26H312c-18 0-26-6-30-26-10-40-8-88 14-110z" fill="url(#nose)"/>
<path d="M302 340q66-2 104 10 6 22-12 26-50-2-84-16-16-8-8-20zM658 340q-66-2-104 10-6 22 12 26 50-2 84-16 16-8 8-20z" fill="#1e262a"/>${lamps}
<path d="M414 352q66-8 132 0l-14 44q-52 6-104 0z" fill="#13181b"/><path d="M418 362q62-6 124 0M422 373q58-5 116 0M426 384q54-4 108 0" stroke="#5d686f" stroke-width="2" fill="none"/><circle cx="480" cy="372" r="11" fill="#c5ced3"/><circle cx="480" cy="372" r="6.500" fill="#39444a"/>
<path d="M352 458q128-9 256 0l-18 20H370z" fill="#12171a"/><path d="M306 412q24-6 40 4l-6 22q-20 2-32-6zM654 412q-24-6-40 4l6 22q20 2 32-6z" fill="#12171a"/><circle cx="326" cy="424" r="7" fill="#e9eef0"/><circle cx="634" cy="424" r="7" fill="#e9eef0"/>${plate(scene)}`;
}

function plate(scene: Scene): string {
  if (!scene.plate) return '';
  const chars = [...scene.plate];
  const [x, y, w, h] = [397, 415, 166, 52];
  const green = scene.plateColor === 'green';
  const ink = green ? '#10140f' : '#fff';
  // Characters stand where they do on a real plate: 440 mm wide for seven, 480 mm for eight.
  const eight = chars.length >= 8;
  const centre = (at: number) =>
    x + (w * ((eight ? 37 : 38) + (eight ? 55 : 57) * at + (at > 1 ? (eight ? 21 : 22) : 0))) / (eight ? 480 : 440);
  const pitch = (w * 57) / (eight ? 480 : 440);
  const text = chars
    .map(
      (char, at) =>
        `<text x="${centre(at).toFixed(1)}" y="${y + (/\p{Script=Han}/u.test(char) ? 37 : 41)}" text-anchor="middle" textLength="${(pitch * 0.84).toFixed(1)}" lengthAdjust="spacingAndGlyphs" font-family="Arial,Noto Sans CJK SC,sans-serif" font-weight="700" font-size="${/\p{Script=Han}/u.test(char) ? 30 : 40}" fill="${ink}">${char}</text>`,
    )
    .join('');
  const dirt =
    scene.dirtAt == null
      ? ''
      : `<path d="M${centre(scene.dirtAt) - 10} ${y + 44}q4-14 12-9 7 7 12 0 2 9-5 14-12 5-19-5z" fill="#5b4a35" opacity=".8"/>`;
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="5" fill="${green ? 'url(#nev)' : '#0f4fa8'}"/><rect x="${x + 3}" y="${y + 3}" width="${w - 6}" height="${h - 6}" rx="3" fill="none" stroke="${ink}" stroke-opacity=".8" stroke-width="1.500"/><circle cx="${((centre(1) + centre(2)) / 2).toFixed(1)}" cy="${y + 27}" r="2.600" fill="${ink}"/>${text}${dirt}`;
}

function barrier(arm: number): string {
  const bars = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `<path d="M${52 + n * 104} 0h52v20h-52z" fill="#c9342a"/>`).join('');
  const up = arm < -30;
  return `<path d="M92 352h78q9 0 9 9v204H83V361q0-9 9-9z" fill="#d9822b"/><path d="M150 352h20q9 0 9 9v204h-29z" fill="#9f5a18"/><path d="M83 392h67v16H83z" fill="#fff" opacity=".75"/><rect x="98" y="426" width="38" height="52" rx="3" fill="#8c4f16"/><circle cx="116" cy="374" r="8" fill="${up ? '#39c26d' : '#e2382c'}"/><g transform="translate(172 514) rotate(${arm})"><path d="M0 0h860v20H0z" fill="#f1f3f3"/>${bars}<path d="M0 15h860v5H0z" opacity=".2"/></g><circle cx="174" cy="524" r="17" fill="#3a4246"/>`;
}

export function drawn(scene: Scene): string {
  const night = scene.night === true;
  const c = night ? dark : day;
  const gradient = (id: string, from: string, to: string) =>
    `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
  const defs = `${gradient('sky', c.sky[0] ?? '', c.sky[1] ?? '')}${gradient('road', c.road[0] ?? '', c.road[1] ?? '')}${gradient('nev', '#eef9ee', '#43b967')}<linearGradient id="hood" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".4"/><stop offset="1" stop-color="#000" stop-opacity=".1"/></linearGradient><linearGradient id="nose" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".08"/><stop offset=".5" stop-opacity=".06"/><stop offset="1" stop-opacity=".45"/></linearGradient><radialGradient id="beam"><stop offset="0" stop-color="#fffbe8" stop-opacity=".95"/><stop offset=".25" stop-color="#fff3cf" stop-opacity=".4"/><stop offset="1" stop-color="#fff3cf" stop-opacity="0"/></radialGradient><radialGradient id="rim" cx=".5" cy=".52" r=".75"><stop offset=".55" stop-opacity="0"/><stop offset="1" stop-opacity=".42"/></radialGradient>`;
  const vehicle = scene.plate === undefined ? '' : car(scene);
  const arm = scene.arm == null ? '' : barrier(scene.arm);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SCENE_WIDTH} ${SCENE_HEIGHT}" width="${SCENE_WIDTH}" height="${SCENE_HEIGHT}" preserveAspectRatio="none"><defs>${defs}</defs>${ground(night)}${vehicle}${arm}<rect width="960" height="600" fill="url(#rim)"/></svg>`;
}

export function pictureOf(scene: Scene): string {
  return `data:image/svg+xml,${encodeURIComponent(drawn(scene))}`;
}
