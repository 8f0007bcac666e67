// A tablet as a robot: shows what the hub tells it to, says it, shines, takes pictures of documents, and tells what it does.

import { Eye, jpegOf } from './eye.js';
import { Link } from './link.js';
import { paired, askForCode } from './pair.js';
import { paint, wordsOf } from './scene.js';
import { hush, isAwake, say } from './voice.js';

/** Longest side of the picture the desk is shown, px. */
const SHOWN_SIDE = 900;
/** Pictures of the screen no closer together than this, ms. */
const APART = 300;
/** Without a link for so long the last driver's screen goes by itself, ms. */
const ALONE = 30_000;
const LAMPS = { green: '绿灯 Green', yellow: '黄灯 Yellow', red: '红灯 Red' };
const OFFLINE = {
  scene: 'idle',
  light: 'off',
  words: [
    { lang: 'zh', text: '欢迎光临\n正在连接客服，请稍候', speech: '' },
    { lang: 'en', text: 'Welcome\nConnecting, please wait', speech: '' },
  ],
};

const CALLING = {
  scene: 'idle',
  words: [
    { lang: 'zh', text: '正在呼叫客服\n请稍候，勿离开车辆', speech: '' },
    { lang: 'en', text: 'Calling\nPlease wait in your car', speech: '' },
  ],
};

const $ = (id) => document.getElementById(id);
const number = decodeURIComponent(location.pathname.split('/').pop());

class Kiosk {
  constructor(key) {
    this.show = OFFLINE;
    this.light = 'off';
    this.calling = false;
    this.canvas = $('screen');
    this.eye = new Eye($('eye'), () => this.draw());
    this.link = new Link(number, key, {
      task: (frame) => this.obey(frame),
      line: (up) => this.line(up),
      over: (why) => this.over(why),
    });
    $('call').onclick = () => this.press();
    $('call').hidden = false;
    $('wake').onclick = () => ($('wake').hidden = true);
    $('wake').hidden = isAwake();
    addEventListener('resize', () => this.draw());
    this.line(false);
    this.draw();
    // The screen must not go dark on a driver; a browser that cannot promise that shows it all the same.
    navigator.wakeLock?.request('screen').catch(() => {});
  }

  async obey(frame) {
    try {
      await this.act(frame);
      this.link.send({ ack: frame.id, ok: true });
    } catch (error) {
      this.link.send({ ack: frame.id, ok: false, error: String(error.message ?? error) });
      return;
    }
    if (frame.type === 'capture') await this.photo(frame.id);
    if (frame.type === 'restart') location.reload();
  }

  async act(frame) {
    switch (frame.type) {
      case 'show':
        return this.turnTo(frame);
      case 'speak':
        hush();
        return say(frame.text, frame.lang);
      case 'light':
        return this.shine(frame.light);
      case 'capture':
        return this.eye.open();
      case 'restart':
        return undefined;
      case 'hang_up':
        if (this.calling) this.press();
        return undefined;
      default:
        throw new Error('不支持的指令');
    }
  }

  turnTo(show) {
    this.show = show;
    hush();
    if (show.scene === 'show_document') this.eye.open().catch(() => {});
    else this.eye.close();
    this.shine(show.light ?? 'off');
    for (const words of show.words ?? []) {
      // What cannot be said can still be read.
      if (words.speech) say(words.speech, words.lang).catch(() => {});
    }
  }

  shine(light) {
    this.light = light;
    document.body.dataset.light = light;
    $('lamp').textContent = LAMPS[light] ?? '';
    $('lamp').hidden = !(light in LAMPS);
    this.draw();
  }

  async photo(id) {
    try {
      const jpeg = await this.eye.shoot();
      this.link.send({ type: 'photo', for: id, jpeg });
    } finally {
      if (this.show.scene !== 'show_document') this.eye.close();
      this.draw();
    }
  }

  press() {
    this.link.send({ type: this.calling ? 'hung_up' : 'call' });
    this.setCalling(!this.calling);
  }

  setCalling(calling) {
    this.calling = calling;
    this.draw();
  }

  /** Paints what is now, and tells the hub. */
  draw() {
    const button = $('call');
    button.textContent = this.calling ? '挂断 Hang up' : '呼叫客服 Call';
    button.toggleAttribute('data-calling', this.calling);
    const [wide, high, dense] = [innerWidth, innerHeight, devicePixelRatio || 1];
    this.canvas.width = Math.round(wide * dense);
    this.canvas.height = Math.round(high * dense);
    const ctx = this.canvas.getContext('2d');
    ctx.scale(dense, dense);
    paint(ctx, wide, high, this.now(this.eye.video));
    const words = wordsOf(this.now(null).show);
    this.canvas.setAttribute('aria-label', words);
    $('words').textContent = words;
    document.body.dataset.scene = this.show.scene;
    if (this.eye.isOpen) {
      clearTimeout(this.again);
      this.again = setTimeout(() => requestAnimationFrame(() => this.draw()), 100);
    }
    this.tellSoon();
  }

  now(video) {
    const foot = $('call').offsetHeight + 60;
    const eye = this.eye.isOpen ? { video, count: this.eye.count } : null;
    const show = this.calling && this.show.scene === 'idle' ? CALLING : this.show;
    return { show, eye, foot };
  }

  /** What the hub knows already is not told again: a camera's picture changes nothing it is shown. */
  tellSoon() {
    const told = JSON.stringify([this.show, this.light, this.calling, this.eye.isOpen, this.eye.count, innerWidth]);
    if (told === this.told) return;
    this.told = told;
    this.link.send({ type: 'state', scene: this.show.scene, light: this.light, at: new Date().toISOString() });
    if (this.telling) return;
    const since = Date.now() - (this.toldAt ?? 0);
    this.telling = setTimeout(() => this.tellScreen(), Math.max(0, APART - since));
  }

  async tellScreen() {
    this.toldAt = Date.now();
    this.telling = null;
    const scale = Math.min(1, SHOWN_SIDE / Math.max(innerWidth, innerHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(innerWidth * scale);
    canvas.height = Math.round(innerHeight * scale);
    const ctx = canvas.getContext('2d');
    ctx.scale(scale, scale);
    // Without the camera's picture: a document is evidence, not something for every watcher.
    paint(ctx, innerWidth, innerHeight, this.now(null));
    this.frame(ctx);
    this.link.send({ type: 'screen', jpeg: await jpegOf(canvas, 0.72) });
  }

  /** The light and the button, which the page draws beside the canvas. */
  frame(ctx) {
    const colors = { green: '#1f8a4c', yellow: '#e0a100', red: '#c8352c' };
    const edge = Math.max(10, Math.min(innerWidth, innerHeight) * 0.018);
    if (this.light in colors) {
      ctx.strokeStyle = colors[this.light];
      ctx.lineWidth = edge;
      ctx.strokeRect(edge / 2, edge / 2, innerWidth - edge, innerHeight - edge);
    }
    const box = $('call').getBoundingClientRect();
    ctx.fillStyle = this.calling ? '#ad241c' : '#0b6074';
    ctx.beginPath();
    ctx.roundRect(box.x, box.y, box.width, box.height, 16);
    ctx.fill();
    ctx.fillStyle = '#ffffff';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.font = "600 28px 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";
    ctx.fillText($('call').textContent, box.x + box.width / 2, box.y + box.height / 2);
  }

  line(up) {
    clearTimeout(this.alone);
    $('line').textContent = up ? `机器人 ${number}` : `机器人 ${number} · 未连接 offline`;
    $('line').toggleAttribute('data-off', !up);
    // Told anew after every opening.
    this.told = null;
    if (!up) this.alone = setTimeout(() => this.turnTo(OFFLINE), ALONE);
    else this.draw();
  }

  over(why) {
    if (why === 'key') {
      paired.forget(number);
      location.reload();
      return;
    }
    this.turnTo(OFFLINE);
    $('line').textContent = `编号 ${number} 已在另一台设备上使用，刷新页面可改用本机。In use on another device.`;
  }
}

const key = paired.key(number) ?? (await askForCode(number));
window.kiosk = new Kiosk(key);
