// One scene on one canvas: what the driver sees, and what the desk is shown of it. Nothing here knows of links or cameras.

import { drawPlate } from './plate.js';

const INK = '#11181c';
const INK_2 = '#3f4b53';
const GROUND = '#f1f4f5';
const CARD = '#ffffff';
const LINE = '#dae1e4';
const ACCENT = '#0b6074';
const FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', system-ui, sans-serif";

/** Words as lines: heading first. */
function linesOf(show, lang) {
  const words = (show.words ?? []).find((one) => one.lang === lang);
  return words ? words.text.split('\n').filter(Boolean) : [];
}

/** Everything a scene says, for those who cannot see the canvas. */
export function wordsOf(show) {
  const plate = show.plate ? [show.plate.text] : [];
  return [...linesOf(show, 'zh'), ...plate, ...linesOf(show, 'en')].join('。');
}

/** Breaks a line where it must: between Chinese characters anywhere but in a plate, between Latin words at blanks. */
function wrap(ctx, text, wide) {
  const pieces = text.match(/[\u4e00-\u9fff][A-Z][A-Z0-9•·]{3,}|[A-Za-z0-9¥.,'’-]+\s*|\s+|./gu) ?? [];
  const lines = [];
  let line = '';
  for (const piece of pieces) {
    if (line && ctx.measureText(line + piece.trimEnd()).width > wide) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else {
      line += piece;
    }
  }
  if (line.trim()) lines.push(line.trimEnd());
  return lines;
}

/** What stands in the column, from above: each with its height and how it is drawn. */
function column(ctx, show, wide, unit) {
  const parts = [];
  const text = (line, size, weight, ink, gap) => {
    const font = `${weight} ${Math.round(size)}px ${FONT}`;
    ctx.font = font;
    for (const one of wrap(ctx, line, wide)) {
      const draw = (x, y) => {
        ctx.font = font;
        ctx.fillStyle = ink;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        ctx.fillText(one, x, y + (size * 1.36) / 2);
      };
      parts.push({ high: size * 1.36, draw });
    }
    parts.push({ high: gap, draw: () => {} });
  };
  const zh = linesOf(show, 'zh');
  const en = linesOf(show, 'en');
  const first = zh.length ? zh : en;
  if (first[0]) text(first[0], unit * 1.7, 700, INK, unit * 0.35);
  if (show.plate) {
    const high = unit * 1.75;
    parts.push({ high: high + unit * 0.5, draw: (x, y) => drawPlate(ctx, show.plate, x, y, high) });
  }
  first.slice(1).forEach((line, at) => {
    const due = show.amount_fen !== undefined && at === 0;
    text(line, unit * (due ? 1.45 : 0.98), due ? 700 : 400, due ? ACCENT : INK, unit * 0.2);
  });
  if (zh.length && en.length) {
    parts.push({ high: unit * 0.3, draw: () => {} });
    en.forEach((line, at) => text(line, unit * (at === 0 ? 0.82 : 0.72), at === 0 ? 600 : 400, INK_2, unit * 0.08));
  }
  return parts;
}

/** A code: crisp modules on a white card with its quiet zone. */
function drawCode(ctx, rows, x, y, side) {
  ctx.save();
  ctx.fillStyle = CARD;
  ctx.strokeStyle = LINE;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.roundRect(x, y, side, side, side * 0.04);
  ctx.fill();
  ctx.stroke();
  const cell = Math.max(1, Math.floor(side / (rows.length + 8)));
  const from = Math.floor((side - cell * rows.length) / 2);
  ctx.fillStyle = '#000000';
  rows.forEach((row, r) => {
    [...row].forEach((bit, c) => {
      if (bit === '1') ctx.fillRect(Math.floor(x) + from + c * cell, Math.floor(y) + from + r * cell, cell, cell);
    });
  });
  ctx.restore();
}

/** The camera's picture while a document is shown; the desk is shown only that it is there. */
function drawEye(ctx, eye, x, y, wide, high) {
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(x, y, wide, high, wide * 0.03);
  ctx.clip();
  ctx.fillStyle = '#15181b';
  ctx.fillRect(x, y, wide, high);
  if (eye.video && eye.video.videoWidth) {
    const scale = Math.max(wide / eye.video.videoWidth, high / eye.video.videoHeight);
    const [w, h] = [eye.video.videoWidth * scale, eye.video.videoHeight * scale];
    ctx.drawImage(eye.video, x + (wide - w) / 2, y + (high - h) / 2, w, h);
  }
  ctx.fillStyle = '#ffffff';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const size = Math.round(high * (eye.count ? 0.5 : 0.08));
  ctx.font = `700 ${size}px ${FONT}`;
  if (eye.count) {
    ctx.fillText(String(eye.count), x + wide / 2, y + high / 2);
  } else if (!eye.video) {
    ctx.fillText('摄像头画面不传送', x + wide / 2, y + high / 2 - size * 0.7);
    ctx.fillText('camera picture not sent', x + wide / 2, y + high / 2 + size * 0.7);
  }
  ctx.restore();
}

/**
 * Paints a scene over the whole canvas.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{show: any, eye: {video: HTMLVideoElement | null, count: number} | null, foot: number}} now `foot`: room the button needs
 */
export function paint(ctx, wide, high, now) {
  const { show, eye } = now;
  ctx.fillStyle = GROUND;
  ctx.fillRect(0, 0, wide, high);
  const unit = Math.min(wide / 17, high / 22);
  const top = unit * 2.2;
  const room = { x: unit * 1.4, y: top, w: wide - unit * 2.8, h: high - top - now.foot - unit };
  const rows = show.qr?.rows;
  const beside = wide > high;
  const block = rows || eye ? picture(room, beside, Boolean(eye)) : null;
  const words = block ? block.words : room;
  const parts = column(ctx, show, words.w, unit);
  const tall = parts.reduce((sum, part) => sum + part.high, 0);
  let y = words.y + Math.max(0, (words.h - tall) / 2);
  for (const part of parts) {
    part.draw(words.x + words.w / 2, y);
    y += part.high;
  }
  if (block && rows) drawCode(ctx, rows, block.at.x, block.at.y, block.at.w);
  else if (block && eye) drawEye(ctx, eye, block.at.x, block.at.y, block.at.w, block.at.h);
}

/** Where the code or the camera's picture stands: beside the words, or under them. */
function picture(room, beside, flat) {
  const ratio = flat ? 4 / 3 : 1;
  if (beside) {
    const w = Math.min(room.w * 0.46, room.h * ratio);
    const at = { x: room.x + room.w - w, y: room.y + (room.h - w / ratio) / 2, w, h: w / ratio };
    return { at, words: { ...room, w: room.w - w - room.w * 0.04 } };
  }
  const w = Math.min(room.w * (flat ? 0.94 : 0.8), room.h * 0.52 * ratio);
  const h = w / ratio;
  const at = { x: room.x + (room.w - w) / 2, y: room.y + room.h - h, w, h };
  return { at, words: { ...room, h: room.h - h - room.h * 0.03 } };
}
