import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer, type RawData } from "ws";
import { isObj } from "./blockkit/report.js";
import type { CallLog } from "./calls.js";
import type { Envelope, Outcome, Transport } from "./delivery.js";
import type { Obj } from "./types.js";

const maxConnections = 10;

interface Connection {
  readonly id: string;
  readonly socket: WebSocket;
  /** Told to go: gets no further envelopes, but what it has may still be acknowledged. */
  leaving: boolean;
}

/** Socket Mode: sockets opened with a ticket of `apps.connections.open`; each envelope goes to exactly one of them. */
export class SocketMode implements Transport {
  private readonly server = new WebSocketServer({ noServer: true });
  private connections: Connection[] = [];
  private readonly tickets = new Set<string>();
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();
  private turn = 0;

  constructor(
    private readonly appId: string,
    private readonly log: CallLog,
    private readonly onPresence: (connected: boolean) => void,
    private readonly ackTimeoutMs: number,
  ) {}

  get connected(): number {
    return this.usable().length;
  }

  newTicket(): string {
    const ticket = randomUUID();
    this.tickets.add(ticket);
    return ticket;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? "/", "ws://127.0.0.1").searchParams.get("ticket") ?? "";
    if (!this.tickets.delete(ticket)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
      return;
    }
    this.server.handleUpgrade(request, socket, head, (ws) => this.greet(ws));
  }

  private greet(socket: WebSocket): void {
    socket.on("error", () => socket.terminate());
    if (this.usable().length >= maxConnections) {
      socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets", debug_info: {} }));
      socket.close();
      return;
    }
    const connection: Connection = { id: randomUUID(), socket, leaving: false };
    this.connections.push(connection);
    socket.on("message", (data) => this.hear(connection, data));
    socket.on("close", () => {
      this.connections = this.connections.filter((each) => each !== connection);
      this.log.add({ kind: "socket", method: "close", path: connection.id, body: null, status: this.connected });
      this.onPresence(this.connected > 0);
    });
    const hello = {
      type: "hello",
      num_connections: this.connected,
      debug_info: { host: "simulator", build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: this.appId },
    };
    socket.send(JSON.stringify(hello));
    this.log.add({ kind: "socket", method: "hello", path: connection.id, body: hello, status: this.connected });
    this.onPresence(true);
  }

  private hear(connection: Connection, data: RawData): void {
    const answer = parse(data);
    const id = answer?.["envelope_id"];
    if (typeof id !== "string") return;
    const done = this.waiting.get(id);
    const status = done ? "acked" : "too late";
    this.log.add({ kind: "ack", method: "socket", path: connection.id, body: answer, status });
    done?.({ acked: true, payload: isObj(answer?.["payload"]) ? answer["payload"] : {} });
  }

  private usable(): Connection[] {
    return this.connections.filter((each) => !each.leaving && each.socket.readyState === WebSocket.OPEN);
  }

  /** Sends to the next connection in turn and waits for its acknowledgement. */
  send(envelope: Envelope, copies: number): Promise<Outcome> {
    const open = this.usable();
    const connection = open[this.turn++ % Math.max(open.length, 1)];
    if (!connection) return Promise.resolve({ acked: false, reason: "no_connection" });
    const id = randomUUID();
    const frame: Obj = {
      envelope_id: id,
      type: envelope.kind,
      payload: envelope.payload,
      accepts_response_payload: envelope.acceptsResponse,
      ...(envelope.kind === "events_api" ? { retry_attempt: envelope.attempt, retry_reason: envelope.reason } : {}),
    };
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ acked: false, reason: "timeout" }), this.ackTimeoutMs);
      timer.unref();
      this.waiting.set(id, settle);
      for (let i = 0; i < copies; i++) connection.socket.send(JSON.stringify(frame));
      const path = `socket/${connection.id}`;
      this.log.add({ kind: "delivery", method: envelope.kind, path, body: frame, status: `sent x${copies}` });
    });
  }

  /** Tells every connection to go (clients come back by themselves), or cuts it without a word. */
  disconnect(reason: string): void {
    for (const each of this.connections) {
      if (reason === "drop") {
        each.socket.terminate();
        continue;
      }
      each.leaving = reason !== "warning";
      each.socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "simulator" } }));
    }
  }

  /** Cuts every socket and gives up on what was not acknowledged. */
  close(): void {
    for (const settle of [...this.waiting.values()]) settle({ acked: false, reason: "closed" });
    for (const each of this.connections) each.socket.terminate();
    this.server.close();
  }
}

function parse(data: RawData): Obj | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isObj(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
