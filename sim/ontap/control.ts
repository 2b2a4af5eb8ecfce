import { jsonBody, type Handler, type SimRequest } from "../kit/http.js";
import { lifView } from "./network/interfaces.js";
import type { FabricState } from "./fabric.js";
import type { Condition, FaultRule } from "./model.js";
import { decideRequest } from "./security/mav.js";
import { comparable } from "./snapshot.js";
import type { VolumeState } from "./state.js";
import { volumeNamed } from "./storage/content.js";
import { addSnapshot, deleteSnapshot } from "./storage/snapshots.js";
import { applicationWrite } from "./storage/volumes.js";

/** Puts a fault rule in force on a cluster. */
export function setFault(fabric: FabricState, cluster: string, rule: FaultRule): void {
  fabric.cluster(cluster);
  fabric.settle();
  if ("condition" in rule) fabric.conditions.get(cluster)?.add(rule.condition);
  else fabric.faults.get(cluster)?.add(rule);
}

export function clearFaults(fabric: FabricState, cluster?: string): void {
  for (const name of cluster === undefined ? fabric.clusters.keys() : [cluster]) {
    fabric.conditions.get(name)?.clear();
    fabric.faults.get(name)?.clear();
  }
}

function bodyOf(request: SimRequest): Record<string, string | undefined> {
  const body = jsonBody(request);
  if (typeof body !== "object" || body === null) throw new Error("a JSON object is expected");
  return body as Record<string, string | undefined>;
}

/** The `/_control/` calls of one cluster's origin: for tests and the demo, never for the product. */
export function controls(fabric: FabricState, cluster: string): Record<string, Handler> {
  const volume = (request: SimRequest): VolumeState => {
    const body = bodyOf(request);
    const found = volumeNamed(fabric.cluster(cluster), body["svm"] ?? "", body["volume"] ?? "");
    if (!found) throw new Error(`no volume ${body["svm"] ?? ""}:${body["volume"] ?? ""} on ${cluster}`);
    return found;
  };
  const acting =
    (act: (request: SimRequest) => unknown): Handler =>
    (request) => {
      fabric.settle();
      return { status: 200, body: { ok: true, ...(act(request) as object | undefined) } };
    };
  return {
    "GET /_control/state": () => {
      fabric.settle();
      return { status: 200, body: comparable(fabric, { mirrorSnapshots: true }) };
    },
    "GET /_control/effects": () => ({ status: 200, body: { effects: fabric.effects.get(cluster) } }),
    "GET /_control/lifs": () => ({
      status: 200,
      body: {
        lifs: fabric.cluster(cluster).lifs.map((lif) => lifView({ fabric, cluster: fabric.cluster(cluster) }, lif)),
      },
    }),
    "POST /_control/faults": acting((request) => {
      const rule = bodyOf(request);
      if (rule["clear"] !== undefined) clearFaults(fabric, cluster);
      else setFault(fabric, cluster, rule as unknown as FaultRule);
    }),
    "POST /_control/offline": acting(() => setFault(fabric, cluster, { condition: "unreachable" satisfies Condition })),
    "POST /_control/online": acting(() => {
      fabric.conditions.get(cluster)?.delete("unreachable");
    }),
    "POST /_control/write": acting((request) => {
      const body = bodyOf(request);
      return {
        content: applicationWrite(
          { fabric, cluster: fabric.cluster(cluster) },
          body["svm"] ?? "",
          body["volume"] ?? "",
        ),
      };
    }),
    "POST /_control/snapshot": acting((request) => {
      const { name, label, comment } = bodyOf(request);
      return {
        uuid: addSnapshot(fabric, volume(request), { name: name ?? `manual.${fabric.ids.count()}`, label, comment })
          .uuid,
      };
    }),
    "POST /_control/delete-snapshot": acting((request) => {
      const { name } = bodyOf(request);
      const found = volume(request).snapshots.find((each) => each.name === name);
      if (!found) throw new Error(`no snapshot ${name ?? ""}`);
      deleteSnapshot(fabric, fabric.cluster(cluster), volume(request), found, "array");
    }),
    "POST /_control/volume": acting((request) => {
      const { state } = bodyOf(request);
      if (state !== "online" && state !== "offline") throw new Error("state must be online or offline");
      volume(request).state = state;
    }),
    "POST /_control/lif": acting((request) => {
      const { name, state } = bodyOf(request);
      const lif = fabric.cluster(cluster).lifs.find((each) => each.name === name);
      if (!lif || (state !== "up" && state !== "down"))
        throw new Error("a LIF's name and state up or down are expected");
      lif.up = state === "up";
    }),
    "POST /_control/approve": acting((request) => {
      const { index, state } = bodyOf(request);
      const found = fabric.cluster(cluster).mav.find((each) => String(each.index) === String(index));
      if (!found) throw new Error(`no multi-admin request ${String(index)}`);
      decideRequest(fabric, found, state === "vetoed" ? "vetoed" : "approved", "admin");
    }),
    "POST /_control/reset": acting(() => fabric.reset()),
  };
}
