import { WebSocket } from "ws";

/** Durations seen on the simulators' sockets, finer than the millisecond of their log. */
export interface Taken {
  clear(): void;
  list(): readonly number[];
}

const idOf = (text: string): string | undefined => /"envelope_id":"([^"]+)"/.exec(text.slice(0, 200))?.[1];

/** Listens in on every socket the simulators of this process hold: an envelope going out, its acknowledgement coming in. */
export function tapSockets(): Taken {
  const sent = new Map<string, number>();
  const durations: number[] = [];
  const { send, emit } = WebSocket.prototype;
  const tapped = function (this: WebSocket, ...args: Parameters<typeof send>): void {
    const id = typeof args[0] === "string" ? idOf(args[0]) : undefined;
    if (id !== undefined) sent.set(id, performance.now());
    send.apply(this, args);
  };
  const heard = function (this: WebSocket, ...args: Parameters<typeof emit>): boolean {
    const id = args[0] === "message" ? idOf(String(args[1])) : undefined;
    const at = id === undefined ? undefined : sent.get(id);
    if (id !== undefined && at !== undefined && sent.delete(id)) durations.push(performance.now() - at);
    return emit.apply(this, args);
  };
  Object.assign(WebSocket.prototype, { send: tapped, emit: heard });
  return { clear: () => void durations.splice(0), list: () => durations };
}
