import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** One call as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Behaviour =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Take the call, say nothing, cut the line. */
  | "reset"
  /** Take the call and say nothing. */
  | "hang"
  /** Begin an answer, then cut the line. */
  | "half";

/**
 * A far end that does what it is told, call by call: for what no healthy simulator shows. `answers` are used up in order; the last one stays.
 */
export class FarEnd {
  readonly arrived: Arrived[] = [];
  /** Calls being answered now, and the most there ever were. */
  open = 0;
  mostOpen = 0;
  /** Told of every call when its body is there; its answer waits for what this waits for. */
  onCall: (request: IncomingMessage) => unknown = () => undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly server: ReturnType<typeof createPlainServer>,
    private answers: readonly Behaviour[],
  ) {}

  static async listen(answers: readonly Behaviour[], tls?: ServerOptions): Promise<FarEnd> {
    const listener: RequestListener = (request, response) => void far.take(request, response);
    const server = tls === undefined ? createPlainServer(listener) : createTlsServer(tls, listener);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const far: FarEnd = new FarEnd(`${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`, server, answers);
    server.on("connection", (socket: Socket) => {
      far.sockets.add(socket);
      socket.on("close", () => far.sockets.delete(socket));
    });
    return far;
  }

  /** What it does from now on. */
  answer(...answers: readonly Behaviour[]): void {
    this.answers = answers;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((closed) => this.server.close(() => closed()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on("close", () => (this.open -= 1));
    let body = "";
    for await (const chunk of request) body += String(chunk);
    this.arrived.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    await this.onCall(request);
    const [first, ...rest] = this.answers;
    if (rest.length > 0) this.answers = rest;
    if (first === undefined || first === "reset") request.socket.destroy();
    else if (first === "half") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"records":[');
      setImmediate(() => request.socket.destroy());
    } else if (first !== "hang") {
      response.writeHead(first.status, { "content-type": "application/json", ...first.headers });
      response.end(first.text ?? (first.body === undefined ? "" : JSON.stringify(first.body)));
    }
  }
}
