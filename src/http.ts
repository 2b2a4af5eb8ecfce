import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { Refusal } from "./core/problems.js";

export interface HttpNeeds {
  redis(): Promise<unknown>;
  slack(): boolean;
  queues(): Promise<Record<string, number>>;
  open(): Promise<readonly string[]>;
}

export interface HttpSide {
  readonly url: string;
  close(): Promise<void>;
}

/** Refuses a port that is taken. `GET /healthz`: 200 while Redis answers and Slack is connected, else 503 with the part that is not. `GET /metrics`: Prometheus. */
export async function startHttp(
  listen: { readonly host: string; readonly port: number },
  needs: HttpNeeds,
): Promise<HttpSide> {
  const metrics = metricsOf(needs);
  const server = createServer((request, response) => {
    const answer =
      request.url === "/healthz"
        ? healthz(needs)
        : request.url === "/metrics"
          ? metrics()
          : Promise.resolve({ status: 404, type: "text/plain", body: "not found\n" });
    answer.then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portProblem(error, listen)));
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${listen.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A port somebody else has is the operator's to mend; anything else goes on as it is. */
function portProblem(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new Refusal(`Port ${port} on ${host} is in use already, so /healthz cannot be served there.`, {
    next: "Set http.port to a free one (0 takes any), or stop what listens there.",
  });
}

interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function healthz(needs: HttpNeeds): Promise<HttpAnswer> {
  const redis = await Promise.race([
    needs.redis().then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 2_000).unref()),
  ]).catch(() => false);
  const slack = needs.slack();
  const body = { ok: redis && slack, redis, slack };
  return { status: body.ok ? 200 : 503, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

function metricsOf(needs: HttpNeeds): () => Promise<HttpAnswer> {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const open = new Gauge({ name: "sluice_open_runs", help: "Runs that have not ended", registers: [register] });
  const queued = new Gauge({
    name: "sluice_queue_jobs",
    help: "Jobs in a queue, waiting or delayed",
    labelNames: ["queue"],
    registers: [register],
  });
  return async () => {
    open.set((await needs.open()).length);
    for (const [queue, count] of Object.entries(await needs.queues())) queued.set({ queue }, count);
    return { status: 200, type: register.contentType, body: await register.metrics() };
  };
}
