import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { CallLog } from "./log.js";
import type { CertAndKey } from "./tls.js";

export interface SimRequest {
  readonly method: string;
  /** Path as sent, percent-encoding and dot segments untouched, without the query. */
  readonly path: string;
  /** `path` with its query. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly raw: IncomingMessage;
}

/** `reset` cuts the connection, `hang` never answers (until close), `stream` hands the response over (server-sent events). */
export type SimReply =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      /** Objects are sent as JSON. */
      readonly body?: unknown;
    }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  | { readonly kind: "stream"; readonly open: (response: ServerResponse) => void };

export type Handler = (request: SimRequest) => SimReply | Promise<SimReply>;

export interface ServerOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Given: HTTPS. `clientCa` asks callers for a certificate and accepts those it signed, or none. */
  readonly tls?: (CertAndKey & { readonly clientCa?: string }) | undefined;
  readonly handler: Handler;
  /** Answered calls outside `/_control/` go in, and `GET /_control/log` shows them. */
  readonly log?: CallLog | undefined;
  /** Further control calls by "METHOD /_control/name". */
  readonly control?: Readonly<Record<string, Handler>> | undefined;
  /** Web sockets. */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
}

export interface SimServer {
  readonly url: string;
  readonly port: number;
  /** Stops listening and cuts every connection, hanging ones and web sockets too. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 2 ** 20;
const KEEP_ALIVE_MS = 60_000;

/** Starts a simulator's HTTP(S) server. Rejects when the port is taken. */
export async function start(options: ServerOptions): Promise<SimServer> {
  const listener = (raw: IncomingMessage, response: ServerResponse): void => void serve(options, raw, response);
  const { tls } = options;
  const server: Server = tls
    ? createHttps(
        {
          key: tls.key,
          cert: tls.cert,
          ...(tls.clientCa ? { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false } : {}),
        },
        listener,
      )
    : createHttp(listener);
  // Node's five seconds would cut a quiet connection under a call that is just being sent, on a busy machine: a doubt nobody asked for.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  server.on("connection", keep);
  if (options.upgrade) server.on("upgrade", options.upgrade);
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The body as JSON; undefined when empty, throws SyntaxError when malformed. */
export function jsonBody(request: SimRequest): unknown {
  const text = request.body.toString("utf8");
  return text.trim() === "" ? undefined : JSON.parse(text);
}

async function serve(options: ServerOptions, raw: IncomingMessage, response: ServerResponse): Promise<void> {
  let request: SimRequest;
  try {
    request = await read(raw);
  } catch {
    raw.destroy();
    return;
  }
  const isControl = request.path.startsWith("/_control/");
  let reply: SimReply;
  try {
    reply = await (isControl ? control(options, request) : options.handler(request));
  } catch (error) {
    // A fault of the simulator itself must be seen by whoever runs the tests, not look like the far end's behaviour.
    reply = {
      status: 599,
      body: { simulatorBug: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    };
  }
  if (!isControl) {
    options.log?.add({
      method: request.method,
      path: request.target,
      body: request.body,
      contentType: request.headers["content-type"],
      status: "status" in reply ? reply.status : reply.kind === "stream" ? 200 : 0,
      user: basicUser(request.headers.authorization),
    });
  }
  send(request, response, reply);
}

function basicUser(authorization: string | undefined): string | undefined {
  const basic = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  return basic === undefined ? undefined : Buffer.from(basic, "base64").toString("utf8").split(":")[0];
}

async function control(options: ServerOptions, request: SimRequest): Promise<SimReply> {
  const name = `${request.method} ${request.path}`;
  if (name === "GET /_control/log") return { status: 200, body: { calls: options.log?.calls ?? [] } };
  const handler = options.control?.[name];
  if (!handler) return { status: 404, body: { ok: false, error: `no control call ${name}` } };
  try {
    return await handler(request);
  } catch (error) {
    return { status: 400, body: { ok: false, error: error instanceof Error ? error.message : String(error) } };
  }
}

async function read(raw: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("body too large");
    chunks.push(chunk);
  }
  const target = raw.url ?? "/";
  const mark = target.indexOf("?");
  return {
    method: (raw.method ?? "GET").toUpperCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    target,
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    headers: raw.headers,
    body: Buffer.concat(chunks),
    raw,
  };
}

function send(request: SimRequest, response: ServerResponse, reply: SimReply): void {
  if ("kind" in reply) {
    if (reply.kind === "reset") request.raw.socket.destroy();
    if (reply.kind === "stream") reply.open(response);
    return;
  }
  const isBytes = typeof reply.body === "string" || Buffer.isBuffer(reply.body);
  const payload =
    reply.body === undefined ? "" : isBytes ? (reply.body as string | Buffer) : JSON.stringify(reply.body);
  const headers: Record<string, string | string[]> = {};
  if (reply.body !== undefined && !isBytes) headers["content-type"] = "application/json";
  for (const [key, value] of Object.entries(reply.headers ?? {})) {
    headers[key.toLowerCase()] = typeof value === "string" ? value : [...value];
  }
  headers["content-length"] = String(Buffer.byteLength(payload));
  response.writeHead(reply.status, headers);
  response.end(request.method === "HEAD" ? undefined : payload);
}
