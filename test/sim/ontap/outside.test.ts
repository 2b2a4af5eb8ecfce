import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { epic } from "../../../sim/worlds/epic.js";
import { ALI, type Arrays, arrays, CVO } from "./support.js";

/** What `test/ansible` showed, where there is no Ansible to show it again. */
let sim: Arrays;
beforeAll(async () => {
  sim = await arrays();
});
afterAll(() => sim.close());

test("an object may be given by its name alone", async () => {
  await sim.call(CVO, "POST", "/network/ipspaces", { body: { name: "repl" } });
  const made = await sim.call(CVO, "POST", "/network/ethernet/broadcast-domains?return_records=true", {
    body: { name: "repl", mtu: 9000, ipspace: "repl" },
  });
  expect(made.body.records).toMatchObject([{ ipspace: { name: "repl" } }]);
  const unknown = { name: "other", mtu: 9000, ipspace: "nowhere" };
  const refused = await sim.call(CVO, "POST", "/network/ethernet/broadcast-domains", { body: unknown });
  expect(refused.body.error.code).toBe("1377267");
});

test("slashes in a row are one", async () => {
  expect((await sim.get(CVO, "//storage/volumes?name=epic_prd_dr")).num_records).toBe(1);
});

test("two clusters that were told the same passphrase meet, whoever comes first", async () => {
  const bare = await arrays(undefined, { ...epic, peered: false, mirrors: [] });
  try {
    const body = (ip_addresses: string[], passphrase: string): object => ({
      body: { remote: { ip_addresses }, authentication: { passphrase } },
    });
    expect((await bare.call(CVO, "POST", "/cluster/peers", body(["10.7.0.11"], "long enough"))).status).toBe(201);
    const waiting = (await bare.get(CVO, "/cluster/peers?fields=*")).records[0];
    expect(waiting.authentication.state).toBe("pending");
    const wrong = await bare.call(ALI, "POST", "/cluster/peers", body(["10.8.0.21"], "another one"));
    expect(wrong.body.error.code).toBe("4653219");
    expect((await bare.call(ALI, "POST", "/cluster/peers", body(["10.8.0.21"], "long enough"))).status).toBe(201);
    for (const cluster of [ALI, CVO])
      expect((await bare.get(cluster, "/cluster/peers?fields=*")).records).toMatchObject([
        { authentication: { state: "ok" }, status: { state: "available" } },
      ]);
  } finally {
    await bare.close();
  }
});

test("an SVM's comment, and thresholds of autosize, are read back as they were written", async () => {
  const svm = (await sim.get(CVO, "/svm/svms?name=svm_epic_dr")).records[0];
  expect((await sim.done(CVO, "PATCH", `/svm/svms/${svm.uuid}`, { comment: "seen" })).state).toBe("success");
  expect((await sim.get(CVO, `/svm/svms/${svm.uuid}`)).comment).toBe("seen");
  const volume = await sim.volume(ALI, "epic_prd");
  const autosize = { mode: "grow", grow_threshold: 91 };
  expect((await sim.done(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, { autosize })).state).toBe("success");
  expect((await sim.volume(ALI, "epic_prd")).autosize).toMatchObject(autosize);
});
