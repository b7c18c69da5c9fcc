// The control API: requests, and the stream of events.

export async function call(verb, path, body) {
  const options = { method: verb };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(`/sandbox/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;

export class Stream {
  // `reload` loads the whole state and returns {epoch, cursor}; `take` gets each event;
  // `status` is told whether the connection stands.
  constructor(reload, take, status) {
    Object.assign(this, { reload, take, status, cursor: 0, epoch: "", pause: FIRST_PAUSE_MS });
  }

  async start() {
    try {
      await this.load();
      this.open();
    } catch {
      this.retry();
    }
  }

  async load() {
    const state = await this.reload();
    this.cursor = state.cursor;
    this.epoch = state.epoch;
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/sandbox/ws?after=${this.cursor}`);
    let chain = Promise.resolve();
    socket.onmessage = (message) => {
      chain = chain.then(() => this.frame(JSON.parse(message.data))).catch(() => socket.close());
    };
    socket.onclose = () => this.retry();
  }

  async frame(frame) {
    this.status(true);
    this.pause = FIRST_PAUSE_MS;
    if (frame.lost || frame.epoch !== this.epoch) {
      await this.load();
      if (frame.cursor > this.cursor) this.cursor = frame.cursor;
      return;
    }
    for (const event of frame.events) {
      if (event.seq > this.cursor) this.take(event);
    }
    this.cursor = Math.max(this.cursor, frame.cursor);
  }

  retry() {
    this.status(false);
    setTimeout(() => (this.epoch ? this.open() : this.start()), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }
}
