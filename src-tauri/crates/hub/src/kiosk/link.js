// The robot's link to the hub: one WebSocket, opened again by itself, with the key as its second subprotocol.

const PROTOCOL = 'lanedesk.robot.v1';
/** Between two pings, ms; a page cannot send the WebSocket's own. */
const PING = 15_000;
/** Nothing heard for so long: the line is dead although nobody said so, ms. */
const SILENT = 40_000;
/** Pauses before the next try, ms: from short to long. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/**
 * @typedef {object} Heard
 * @property {(frame: any) => void} task a command of the hub
 * @property {(up: boolean) => void} line the link stands, or does not
 * @property {(why: 'replaced' | 'key') => void} over it will not be opened again by itself
 */

export class Link {
  /** @param {string} number @param {string} key @param {Heard} heard */
  constructor(number, key, heard) {
    this.number = number;
    this.key = key;
    this.heard = heard;
    this.pause = FIRST_PAUSE;
    this.over = false;
    this.open();
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const path = `/api/robots/${encodeURIComponent(this.number)}/link`;
    this.socket = new WebSocket(`${scheme}://${location.host}${path}`, [PROTOCOL, this.key]);
    this.socket.onopen = () => this.up();
    this.socket.onmessage = (event) => this.hear(String(event.data));
    this.socket.onclose = (event) => this.down(event);
  }

  up() {
    this.pause = FIRST_PAUSE;
    this.last = Date.now();
    this.beat = setInterval(() => this.ping(), PING);
    this.heard.line(true);
  }

  ping() {
    if (Date.now() - this.last > SILENT) {
      this.socket.close();
      return;
    }
    this.send({ type: 'ping' });
  }

  /** @param {string} text */
  hear(text) {
    this.last = Date.now();
    const frame = JSON.parse(text);
    if (frame.type === 'ping') this.send({ type: 'pong' });
    else if (typeof frame.id === 'string') this.heard.task(frame);
  }

  /** @param {CloseEvent} event */
  down(event) {
    clearInterval(this.beat);
    this.heard.line(false);
    if (this.over) return;
    // Another tablet has this number, or the key is no longer good: trying on would only throw the other one out.
    if (event.code === 1000 && event.reason === 'replaced') return this.end('replaced');
    if (event.code === 1008 && event.reason === 'key changed') return this.end('key');
    setTimeout(() => this.over || this.open(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  /** @param {'replaced' | 'key'} why */
  end(why) {
    this.over = true;
    this.heard.over(why);
  }

  close() {
    this.over = true;
    this.socket.close();
  }

  /** Sends a frame if the link stands; what is told of the screen is told again after the next opening. */
  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
}
