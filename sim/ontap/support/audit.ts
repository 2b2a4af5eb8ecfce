import { accepts, flag } from "../kernel/body.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";

/** Which calls are kept: reads only where that is turned on (reference 12). */
export const auditSettings: Collection = {
  path: "/security/audit",
  keys: ["cli"],
  single: true,
  clusterOnly: true,
  fields: fieldTable("cli http ontapi"),
  list: ({ cluster }) => [
    { key: "", view: () => ({ cli: false, http: cluster.security.auditReads ?? false, ontapi: false }) },
  ],
};

const DONE = 400;

/** Calls that were answered, oldest first: proof of what ran. Secrets are blanked as everywhere. */
export const auditMessages: Collection = {
  path: "/security/audit/messages",
  keys: ["node.uuid", "index"],
  clusterOnly: true,
  noInstance: true,
  fields: fieldTable(
    "index timestamp node.{uuid,name} application user command_id session_id input location scope state message svm.name",
  ),
  list: ({ cluster, fabric }) => {
    const node = cluster.nodes[0];
    return fabric
      .log(cluster.name)
      .calls.map((call, i) => ({ call, index: i + 1 }))
      .filter(({ call }) => call.path.startsWith("/api/"))
      .filter(({ call }) => call.method !== "GET" || (cluster.security.auditReads ?? false))
      .map(({ call, index }) => ({
        key: String(index).padStart(9, "0"),
        view: () => ({
          index,
          timestamp: isoTime(Date.parse(call.at)),
          node: node && ref(node),
          application: "http",
          user: call.user,
          input: `${call.method} ${call.path}${call.body === null ? "" : ` : ${JSON.stringify(call.body)}`}`,
          scope: "cluster",
          state: call.status < DONE && call.status > 0 ? "success" : "error",
          message: call.status < DONE ? undefined : String(call.status),
        }),
      }));
  },
};

function change({ body, cluster }: Ctx): Outcome {
  cluster.security.auditReads = flag(body, "http") ?? cluster.security.auditReads;
  return { done: true };
}

export const auditWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: "/security/audit",
    reply: "sync",
    clusterOnly: true,
    body: accepts("cli http ontapi"),
    errors: [],
    run: change,
  },
];
