import { accepts, needText, text } from "../kernel/body.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { EmsState } from "../state.js";

export const emsEvents: Collection = {
  path: "/support/ems/events",
  keys: ["node.name", "index"],
  clusterOnly: true,
  noInstance: true,
  fields: fieldTable("index time node.{uuid,name} message.{name,severity} log_message source parameters.{name,value}"),
  // Debug events come only when a severity is asked for.
  list: ({ cluster, query }) =>
    cluster.ems
      .filter((each) => each.severity !== "debug" || query.has("message.severity"))
      .map((event) => ({
        key: `${event.node}/${String(event.index).padStart(9, "0")}`,
        view: () => ({
          index: event.index,
          time: isoTime(event.at),
          node: { uuid: cluster.nodes.find((each) => each.name === event.node)?.uuid, name: event.node },
          message: { name: event.name, severity: event.severity },
          log_message: `${event.name}: ${event.message}`,
          source: event.name.startsWith("app.log") ? "httpd" : "mgwd",
          parameters: [],
        }),
      })),
};

const SEVERITIES: readonly EmsState["severity"][] = ["emergency", "alert", "error", "notice", "informational", "debug"];

function log(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const severity = SEVERITIES.find((each) => each === text(body, "severity")) ?? "notice";
  const parts = ["computer_name", "event_source", "app_version", "event_id", "category", "event_description"].map(
    (key) => needText(body, key),
  );
  fabric.ems(cluster, `app.log.${severity}`, severity, parts.join(" "));
  return { done: true };
}

export const emsWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/support/ems/application-logs",
    reply: "sync",
    clusterOnly: true,
    body: accepts(
      "computer_name event_source app_version event_id category event_description severity autosupport_required",
    ),
    errors: [],
    run: log,
  },
];
