import { accepts, text, word } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";

const LIMIT_MS = 60_000;

export const autosupportMessages: Collection = {
  path: "/support/autosupport/messages",
  keys: ["node.uuid", "index"],
  clusterOnly: true,
  noInstance: true,
  fields: fieldTable("index node.{uuid,name} subject generated_on state destination"),
  list: ({ cluster }) =>
    cluster.asup.map((each) => {
      const node = cluster.nodes.find((one) => one.name === each.node);
      return {
        key: `${each.node}/${String(each.index).padStart(6, "0")}`,
        view: () => ({
          index: each.index,
          node: node && ref(node),
          subject: each.subject,
          generated_on: isoTime(each.at),
          state: "sent_successful",
          destination: "noteto",
        }),
      };
    }),
};

/** One per node, or for the one that is named; not twice within a minute: reference 12. */
function send(ctx: Ctx): Outcome {
  const { cluster, body, now } = ctx;
  const name = text(body, "node.name");
  const uuid = text(body, "node.uuid");
  const nodes = cluster.nodes.filter(
    (each) => (name === undefined || each.name === name) && (uuid === undefined || each.uuid === uuid),
  );
  if (nodes.length === 0) throw new ApiError(8650866, `Node "${name ?? uuid ?? ""}" does not exist.`, 400, "node");
  word(body, "type", ["all", "test", "performance"]);
  const subject = text(body, "message") ?? "USER_TRIGGERED";
  const soon = cluster.asup.some((each) => now - each.at < LIMIT_MS && each.subject === subject);
  if (soon) throw new ApiError(8650853, "The same AutoSupport message was sent a moment ago.", 400);
  for (const node of nodes) cluster.asup.push({ index: cluster.asup.length + 1, node: node.name, subject, at: now });
  const record = { node: nodes[0] && ref(nodes[0]), index: cluster.asup.length };
  return { done: true, location: "/api/support/autosupport/messages", record };
}

export const autosupportWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/support/autosupport/messages",
    reply: "sync",
    clusterOnly: true,
    body: accepts("message type uri node.{name,uuid}"),
    errors: [8650853, 8650866],
    run: send,
  },
];
