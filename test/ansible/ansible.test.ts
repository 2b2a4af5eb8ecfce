import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { wallClock } from "../../sim/kit/clock.js";
import { simCa } from "../../sim/kit/tls.js";
import { createFabric, type Fabric, instant } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { findProgram, testWithProgram } from "../support/machine.js";
import { type Asked, type Done, play, tasksOf } from "./playbook.js";

const ALI = "ali-ontap-01";
const CVO = "cvo-eastus2";
const PASSWORD = "netapp1!";

/** A slow machine that has other things to do needs several minutes for some two hundred Python processes. */
const PATIENCE_MS = 20 * 60_000;

/** Tasks that ask once, or for different things in turn: what each run is to say of itself. */
const ONCE: Readonly<Record<string, readonly boolean[]>> = {
  "A snapshot a clone stands on is not deleted": [false],
  "The clone is split": [true],
  "The volume goes back to its first snapshot": [true],
  "A mapped LUN is not deleted": [false],
  "The mirror is updated": [true],
  "The clone is purged, and lets go of its parent": [true],
  "The mirror is paused": [true],
  "The source goes back to a snapshot of the mirror": [true],
  "The mirrors are deleted": [true, true],
};

/** What the playbook has refused on purpose. */
const REFUSED = [
  `${ALI} DELETE /api/storage/volumes/{}/snapshots/{}`,
  `${ALI} DELETE /api/storage/luns/{}`,
  `${CVO} DELETE /api/storage/volumes/{}/snapshots/{}`,
  `${CVO} DELETE /api/storage/luns/{}`,
  `${CVO} DELETE /api/svm/peers/{}`,
];

describe("NetApp's own Ansible modules, a client that is not ours", () => {
  const there = findProgram("ansible-playbook") !== undefined;
  const judged = testWithProgram("ansible-playbook");
  const servers: { url: string; close(): Promise<void> }[] = [];
  let fabric: Fabric;
  let asked: readonly Asked[] = [];
  let done: readonly Done[] = [];

  beforeAll(async () => {
    if (!there) return;
    fabric = createFabric({ world: epic, clock: wallClock, knobs: { ...instant, nightlies: false } });
    for (const name of [ALI, CVO]) servers.push(await fabric.listen(name));
    const [array, cvo] = servers.map((server) => Number(new URL(server.url).port));
    asked = await tasksOf([ALI, CVO]);
    const hosts = {
      [ALI]: {
        port: array,
        password: PASSWORD,
        svm: "svm_epic",
        aggregate: "aggr1_01a",
        node: "ali-ontap-01a",
        free_port: "e0g",
        data_port: "e0c",
        address: "10.7.1.31",
        gateway: "10.7.1.1",
      },
      [CVO]: {
        port: cvo,
        password: PASSWORD,
        svm: "svm_epic_dr",
        aggregate: "aggr1",
        node: "cvo-eastus2-01",
        free_port: "e0d",
        data_port: "e0a",
        address: "10.8.1.31",
        gateway: "10.8.1.1",
        intercluster: ["10.8.0.21", "10.8.0.22"],
        peer_port: array,
        peer_svm: "svm_epic",
        peer_aggregate: "aggr1_01a",
        peer_intercluster: ["10.7.0.11", "10.7.0.12"],
      },
    };
    done = await play(hosts, (await simCa()).certPem);
  }, PATIENCE_MS);

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  const get = async (cluster: string, path: string): Promise<{ records: Record<string, unknown>[] }> => {
    const { Agent, request } = await import("undici");
    const dispatcher = new Agent({ connect: { ca: (await simCa()).certPem } });
    try {
      const origin = servers[cluster === ALI ? 0 : 1]?.url ?? "";
      const reply = await request(`${origin}/api${path}`, {
        dispatcher,
        headers: { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}` },
      });
      return (await reply.body.json()) as { records: Record<string, unknown>[] };
    } finally {
      await dispatcher.destroy();
    }
  };

  judged("every task changes something the first time, and finds nothing to do the second", () => {
    const table = done.map(({ task, host, runs }) => ({
      task,
      host,
      // Why it failed, or what it warned of, is what one wants to read here.
      runs: runs.map((said) => said.warnings ?? (said.failed === true ? said.msg : (said.changed ?? false))),
    }));
    expect(table).toEqual(
      asked.map(({ task, host, twice }) => ({ task, host, runs: twice ? [true, false] : (ONCE[task] ?? [false]) })),
    );
    expect(asked.length).toBeGreaterThan(130);
  });

  judged("nothing they ask for is unknown: no read fails, and no write but those meant to", () => {
    const failed = [ALI, CVO].flatMap((cluster) =>
      fabric
        .calls(cluster)
        .filter((call) => call.status >= 400)
        .map((call) => `${cluster} ${call.method} ${call.path.replace(/\?.*/, "").replace(/[0-9a-f-]{36}/g, "{}")}`),
    );
    expect(failed.toSorted()).toEqual(REFUSED.toSorted());
  });

  judged("what is read whole and what is read in pages of three is the same", () => {
    const [whole, paged, filtered] = done.filter(({ host }) => host === ALI).map(({ runs }) => runs[0]?.ontap_info);
    expect(paged?.["snapmirror_policies"]?.num_records).toBe(whole?.["snapmirror/policies"]?.num_records);
    expect(paged?.["storage_luns"]?.num_records).toBe(6);
    expect(paged?.["storage_luns"]?.records?.length).toBe(6);
    // Filter by a range and a wildcard; clarity is smaller.
    expect(filtered?.["storage/volumes"]?.records).toMatchObject([{ name: "epic_prd", size: 12 * 2 ** 40 }]);
  });

  judged("the source holds what its second snapshot held, what came after it is lost", () => {
    const now = fabric.contentOf(ALI, "svm_epic", "ans_src");
    const at = (snapshot: string): string | undefined => fabric.contentOf(ALI, "svm_epic", "ans_src", snapshot);
    expect(at("one")).toBeDefined();
    expect(at("two")).not.toBe(at("one"));
    expect(now).toBe(at("two"));
  });

  judged("the clusters and SVMs that met again are peers on both sides", async () => {
    for (const cluster of [ALI, CVO]) {
      const { records: clusters } = await get(cluster, "/cluster/peers?fields=*");
      expect(clusters).toMatchObject([
        { status: { state: "available" }, authentication: { state: "ok" }, encryption: { state: "tls_psk" } },
      ]);
      const { records: svms } = await get(cluster, "/svm/peers?fields=*");
      expect(svms).toMatchObject([{ state: "peered", applications: ["snapmirror"] }]);
    }
  });

  judged("what was deleted is gone", async () => {
    const left = [];
    for (const cluster of [ALI, CVO]) {
      for (const path of [
        "/storage/volumes",
        "/storage/luns",
        "/protocols/san/igroups",
        "/network/ipspaces",
        "/network/ethernet/broadcast-domains",
        "/network/ip/interfaces",
        "/cluster/schedules",
        "/snapmirror/policies",
      ]) {
        const { records } = await get(cluster, `${path}?name=*ans_*`);
        left.push(...records.map((record) => `${cluster} ${path} ${String(record["name"])}`));
      }
      expect((await get(cluster, "/network/ip/routes")).records).toEqual([]);
      expect((await get(cluster, "/snapmirror/relationships")).records).toEqual([]);
    }
    expect(left).toEqual([`${ALI} /storage/volumes ans_src`]);
  });
});
