import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly raw: IncomingMessage;
}

/** `undefined` body: nothing. `stream`: the response is handed over. `cut`: the connection is dropped without an answer. */
export type Reply =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { stream: (response: ServerResponse) => void }
  | { cut: true };

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

const maxBodyBytes = 32 * 2 ** 20;
const loopbackName = /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/i;

/** A page elsewhere (or a name rebound to us) must not drive the simulator: Host and Origin have to be loopback. */
export function isLoopback(headers: IncomingMessage["headers"]): boolean {
  const { host, origin } = headers;
  if (host === undefined || !loopbackName.test(host)) return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && loopbackName.test(new URL(origin).host);
}

/** Starts the server on 127.0.0.1 only. Rejects when the port is taken. */
export async function listen(
  port: number,
  handle: (request: Request) => Promise<Reply>,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<Listening> {
  const server = createServer((raw, response) => void answer(raw, response, handle));
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head: Buffer) => {
    if (isLoopback(request.headers)) upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { url, close };
}

async function answer(
  raw: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Reply>,
): Promise<void> {
  let reply: Reply;
  try {
    reply = isLoopback(raw.headers)
      ? await handle(await read(raw))
      : { status: 403, body: "Only addresses of this machine may talk to this simulator." };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    reply = { status: 500, body: { ok: false, error: "internal_error", detail } };
  }
  if (response.destroyed) return;
  if ("cut" in reply) {
    raw.socket.destroy();
    return;
  }
  if ("stream" in reply) {
    reply.stream(response);
    return;
  }
  send(response, reply);
}

function send(
  response: ServerResponse,
  reply: { status: number; body?: unknown; headers?: Record<string, string> },
): void {
  const { status, body, headers = {} } = reply;
  const isText = typeof body === "string" || Buffer.isBuffer(body);
  const payload = body === undefined ? "" : isText ? (body as string | Buffer) : JSON.stringify(body);
  const type = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(payload), ...headers });
  response.end(payload);
}

async function read(raw: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error("request body too large");
    chunks.push(chunk);
  }
  const url = new URL(raw.url ?? "/", "http://127.0.0.1");
  return {
    method: raw.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: raw.headers,
    body: Buffer.concat(chunks),
    raw,
  };
}
