import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { wallClock } from "../../sim/kit/clock.js";
import { serverCert, simCa } from "../../sim/kit/tls.js";
import { createFabric } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { serve } from "../child.js";

/**
 * A cluster with very many mirrors whose pages cost it nothing: what is asked for the first time is asked of the simulator, and from then on answered from
 * memory. So both sides of the row wait for the same bytes, and for nobody's work.
 */
const cluster = "cvo-eastus2";
const relationships = Number(process.argv[2] ?? "10000");
const fabric = createFabric({
  world: epic,
  clock: wallClock,
  bulk: { relationships: relationships - epic.mirrors.length },
  knobs: { emptyLastPage: false },
});
const ca = (await simCa()).certPem;
const array = await fabric.listen(cluster);
const agent = new Agent({ connect: { ca } });
const pages = new Map<string, Buffer>();
let calls = 0;

async function page(target: string, authorization: string | undefined): Promise<Buffer> {
  const known = pages.get(target);
  if (known) return known;
  const headers = { accept: "application/json", ...(authorization === undefined ? {} : { authorization }) };
  const answer = await request(`${array.url}${target}`, { dispatcher: agent, headers });
  const body = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode !== 200) throw new Error(`${target}: ${answer.statusCode} ${body.toString("utf8")}`);
  pages.set(target, body);
  return body;
}

const server = createServer(await serverCert(), (asked, response) => {
  calls += 1;
  void page(asked.url ?? "", asked.headers.authorization).then(
    (body) => response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));

serve(
  {
    reach: async () => ({ url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca }),
    /** Calls since last asked. */
    calls: async () => {
      const since = calls;
      calls = 0;
      return since;
    },
    /** The first page's address, as the client asked for it. */
    first: async () => [...pages.keys()][0],
  },
  async () => {
    server.closeAllConnections();
    server.close();
    await agent.close();
    await array.close();
  },
);
