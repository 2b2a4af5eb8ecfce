import { jsonBody, type Handler, type SimRequest } from "../kit/http.js";
import { lifView } from "./network/interfaces.js";
import type { FabricState } from "./fabric.js";
import { addLogin, installClientCa } from "./kernel/logins.js";
import { releaseOf } from "./kernel/releases.js";
import { type Knobs, knobsFrom } from "./knobs.js";
import { type Condition, type FaultRule, faultRuleFrom } from "./model.js";
import { attachNic } from "./network/azure.js";
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

/** JSON has no infinity. */
const shownKnobs = (knobs: Knobs): object =>
  Object.fromEntries(
    Object.entries(knobs).map(([name, value]) => [name, value === Infinity ? "Infinity" : (value as unknown)]),
  );

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
    "GET /_control/faults": () => ({
      status: 200,
      body: {
        conditions: [...(fabric.conditions.get(cluster) ?? [])],
        rules: fabric.faults.get(cluster)?.pending.map((rule) => ({
          ...rule,
          ...(rule.path === undefined ? {} : { path: String(rule.path) }),
          ...(rule.body === undefined ? {} : { body: String(rule.body) }),
        })),
      },
    }),
    "POST /_control/faults": acting((request) => {
      const rule = bodyOf(request);
      if (rule["clear"] !== undefined) clearFaults(fabric, cluster);
      else setFault(fabric, cluster, faultRuleFrom(rule));
    }),
    "GET /_control/knobs": () => ({ status: 200, body: { knobs: shownKnobs(fabric.knobs) } }),
    "POST /_control/knobs": acting((request) => {
      fabric.turn(knobsFrom(bodyOf(request)));
      return { knobs: shownKnobs(fabric.knobs) };
    }),
    "POST /_control/profile": acting((request) => {
      const { release } = bodyOf(request);
      if (release === undefined) throw new Error("a release, as in 9.14.1, is expected");
      const state = fabric.cluster(cluster);
      state.spec = { ...state.spec, release: releaseOf(release) };
    }),
    "POST /_control/clock": acting((request) => {
      const ms = Number(bodyOf(request)["advanceMs"]);
      if (!Number.isFinite(ms) || ms < 0) throw new Error("advanceMs, milliseconds to skip, is expected");
      fabric.skip(ms);
      return { now: new Date(fabric.now).toISOString() };
    }),
    "POST /_control/nic": acting((request) => {
      const { node, port, address } = bodyOf(request);
      attachNic(fabric, cluster, { node: node ?? "", address: address ?? "", ...(port === undefined ? {} : { port }) });
    }),
    "POST /_control/client-ca": acting((request) => {
      installClientCa(fabric, cluster, bodyOf(request)["pem"] ?? "");
    }),
    "POST /_control/login": acting((request) => addLogin(fabric, cluster, bodyOf(request))),
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
      decideRequest(fabric, fabric.cluster(cluster), found, state === "vetoed" ? "vetoed" : "approved", "admin");
    }),
    "POST /_control/reset": acting(() => fabric.reset()),
  };
}
