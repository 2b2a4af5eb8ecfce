import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

let on: Arrays;
beforeAll(async () => {
  on = await arrays();
});
beforeEach(() => on.fabric.reset());
afterAll(() => on.close());

const made = async (cluster: string, path: string, body: unknown): Promise<Json> => {
  const reply = await on.call(cluster, "POST", `${path}?return_records=true`, { body });
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  expect(reply.headers["location"]).toBe(`/api${path}/${reply.body.records[0].uuid}`);
  return reply.body.records[0];
};
const code = async (cluster: string, method: string, path: string, body?: unknown): Promise<string> => {
  const reply = await on.call(cluster, method, path, body === undefined ? {} : { body });
  return `${reply.status}/${reply.body?.error?.code}`;
};
const BD = "/network/ethernet/broadcast-domains";
const PORTS = "/network/ethernet/ports";
const LIFS = "/network/ip/interfaces";
const ips = { ipspace: { name: "ips_repl" } };
const NODE = "cvo-eastus2-01";
const lif = (name: string, address: string, more: object = {}): object => ({
  name,
  scope: "cluster",
  ...ips,
  ip: { address, netmask: "255.255.255.0" },
  service_policy: { name: "default-intercluster" },
  location: { home_port: { name: "e0d", node: { name: NODE } } },
  ...more,
});

/** The replication network of reference 2, up to a LIF on each node. */
async function replicationNetwork(): Promise<{ ipspace: Json; domain: Json; ports: Json[] }> {
  const ipspace = await made(CVO, "/network/ipspaces", { name: "ips_repl" });
  const domain = await made(CVO, BD, { name: "bd_repl", mtu: 1500, ...ips });
  const { records } = await on.get(CVO, `${PORTS}?name=e0d&fields=*`);
  for (const port of records) {
    const body = { broadcast_domain: { name: "bd_repl", ...ips } };
    expect((await on.call(CVO, "PATCH", `${PORTS}/${port.uuid}`, { body })).status).toBe(200);
  }
  return { ipspace, domain, ports: records };
}

describe("an IPspace of its own, built and taken down", () => {
  test("IPspace, broadcast domain, ports, LIFs, route; then back in the only order that goes", async () => {
    const before = on.fabric.snapshot();
    const { ipspace, domain, ports } = await replicationNetwork();
    const first = await made(CVO, LIFS, lif("ic_cvo01", "10.8.2.21"));
    const route = await made(CVO, "/network/ip/routes", {
      ...ips,
      destination: { address: "10.9.0.0", netmask: "16" },
      gateway: "10.8.2.1",
    });
    const shown = await on.get(CVO, `${LIFS}?services=intercluster_core&ipspace.name=ips_repl&fields=*`);
    expect(shown.records).toEqual([
      expect.objectContaining({
        name: "ic_cvo01",
        state: "up",
        scope: "cluster",
        ip: { address: "10.8.2.21", netmask: "24", family: "ipv4" },
        service_policy: expect.objectContaining({ name: "default-intercluster" }),
        location: expect.objectContaining({ home_port: expect.objectContaining({ name: "e0d" }), is_home: true }),
      }),
    ]);
    expect(await on.get(CVO, `/network/ip/routes/${route.uuid}`)).toMatchObject({
      destination: { address: "10.9.0.0", netmask: "16" },
      metric: 20,
      scope: "cluster",
    });
    expect(await code(CVO, "DELETE", `/network/ipspaces/${ipspace.uuid}`)).toBe("409/1966333");
    expect(await code(CVO, "DELETE", `${BD}/${domain.uuid}`)).toBe("409/1967103");
    const back = { broadcast_domain: { name: "Default", ipspace: { name: "Default" } } };
    const inUse = ports.find((each) => each.node.name === NODE);
    expect(await code(CVO, "PATCH", `${PORTS}/${inUse.uuid}`, back)).toBe("409/1377608");
    for (const path of [`/network/ip/routes/${route.uuid}`, `${LIFS}/${first.uuid}`])
      expect((await on.call(CVO, "DELETE", path)).status).toBe(200);
    const removed = await on.call(CVO, "PATCH", "/private/cli/network/port/broadcast-domain/remove-ports", {
      body: { broadcast_domain: "bd_repl", ipspace: "ips_repl", ports: ports.map((each) => `${each.node.name}:e0d`) },
    });
    expect(removed.status).toBe(200);
    for (const path of [`${BD}/${domain.uuid}`, `/network/ipspaces/${ipspace.uuid}`])
      expect((await on.call(CVO, "DELETE", path)).status).toBe(200);
    expect(on.fabric.snapshot()).toEqual(before);
  });

  test("a route cannot be changed, a physical port neither made nor deleted, ports of a domain not given", async () => {
    const route = await made(CVO, "/network/ip/routes", { svm: { name: "svm_epic_dr" }, gateway: "10.8.1.1" });
    expect(await code(CVO, "PATCH", `/network/ip/routes/${route.uuid}`, { metric: 1 })).toBe("405/3");
    expect(await code(CVO, "POST", PORTS, { type: "physical", node: { name: NODE } })).toBe("400/262197");
    const [port] = (await on.get(CVO, PORTS)).records;
    expect(await code(CVO, "DELETE", `${PORTS}/${port.uuid}`)).toBe("405/3");
    expect(await code(CVO, "POST", BD, { name: "x", mtu: 1500, ports: [{ name: "e0d" }] })).toBe("400/262196");
  });

  test("VLANs over a port", async () => {
    const vlan = {
      type: "vlan",
      node: { name: "ali-ontap-01a" },
      vlan: { base_port: { name: "e0e", node: { name: "ali-ontap-01a" } }, tag: 100 },
      broadcast_domain: { name: "Default", ipspace: { name: "Default" } },
    };
    const port = await made(ALI, PORTS, vlan);
    expect(await on.get(ALI, `${PORTS}/${port.uuid}`)).toMatchObject({ name: "e0e-100", type: "vlan", state: "up" });
    expect(await code(ALI, "POST", PORTS, vlan)).toBe("409/1");
    expect((await on.call(ALI, "DELETE", `${PORTS}/${port.uuid}`)).status).toBe(200);
  });
});

describe("what is refused", () => {
  test.each([
    [{ name: "Default" }, "409/1377261"],
    [{ name: "" }, "400/9240587"],
    [{ name: "x".repeat(256) }, "400/9240588"],
    [{ name: "a b" }, "400/9240589"],
    [{ name: "Cluster" }, "400/9240590"],
    [{ name: "svm_epic_dr" }, "400/9240591"],
    [{ name: "svm_epic" }, "400/1966586"],
  ])("IPspace %j", async (body, expected) => {
    expect(await code(CVO, "POST", "/network/ipspaces", body)).toBe(expected);
  });

  test.each([
    [{ name: "Default", mtu: 1500 }, "409/1"],
    [{ name: "x", mtu: 67 }, "400/1966460"],
    [{ name: "x", mtu: 1500, ipspace: { name: "nope" } }, "400/1377267"],
    [{ name: "Cluster", mtu: 1500 }, "400/53281982"],
    [{ name: "x" }, "400/262212"],
  ])("broadcast domain %j", async (body, expected) => {
    expect(await code(CVO, "POST", BD, body)).toBe(expected);
  });

  test.each([
    [{ ip: { address: "10.8.0.21", netmask: "24" }, ipspace: { name: "Default" } }, "409/1376963"],
    [{ name: "ic_01", ipspace: { name: "Default" } }, "409/1966140"],
    [{ location: { home_port: { name: "e0d" } } }, "400/1967111"],
    [{ location: {} }, "400/1967111"],
    [{ ipspace: undefined }, "400/1967128"],
    [{ svm: { name: "svm_epic_dr" } }, "400/1967402"],
    [{ location: { broadcast_domain: { name: "nope" } } }, "400/1967136"],
    [{ location: { home_port: { name: "e9z", node: { name: NODE } } } }, "400/1967153"],
    [{ location: { home_port: { name: "e0a", node: { name: NODE } } } }, "400/1966373"],
    [{ service_policy: { name: "nope" } }, "400/53281065"],
    [{ ip: { address: "10.8.2.300", netmask: "24" } }, "400/262197"],
    [{ ip: { address: "10.8.2.30", netmask: "255.0.255.0" } }, "400/262197"],
  ])("interface with %j", async (more, expected) => {
    await replicationNetwork();
    expect(await code(CVO, "POST", LIFS, lif("new", "10.8.2.21", more))).toBe(expected);
  });

  test("an interface on a port that is down; too many intercluster ones", async () => {
    const { ports } = await replicationNetwork();
    const port = ports.find((each) => each.node.name === NODE);
    await on.call(CVO, "PATCH", `${PORTS}/${port.uuid}`, { body: { enabled: false } });
    expect(await code(CVO, "POST", LIFS, lif("a", "10.8.2.21"))).toBe("400/1967154");
    await on.call(CVO, "PATCH", `${PORTS}/${port.uuid}`, { body: { enabled: true } });
    for (let i = 0; i < 8; i++) await made(CVO, LIFS, lif(`ic${i}`, `10.8.2.${100 + i}`));
    expect(await code(CVO, "POST", LIFS, lif("ic8", "10.8.2.108"))).toBe("400/53281086");
  });

  test("routes: twice, over an own address, of two families", async () => {
    const route = { svm: { name: "svm_epic_dr" }, gateway: "10.8.1.1" };
    await made(CVO, "/network/ip/routes", route);
    expect(await code(CVO, "POST", "/network/ip/routes", route)).toBe("409/1966345");
    expect(await code(CVO, "POST", "/network/ip/routes", { ...route, gateway: "10.8.1.21" })).toBe("400/1966505");
    const mixed = { ...route, destination: { address: "fd20::", netmask: "64" } };
    expect(await code(CVO, "POST", "/network/ip/routes", mixed)).toBe("400/1966265");
  });

  test("ports: a domain that does not fit, or is half named", async () => {
    const [port] = (await on.get(CVO, `${PORTS}?name=e0d`)).records;
    const put = (broadcast_domain: unknown): Promise<string> =>
      code(CVO, "PATCH", `${PORTS}/${port.uuid}`, { broadcast_domain });
    expect(await put({ name: "nope", ipspace: { name: "Default" } })).toBe("400/1967088");
    expect(await put({ name: "Default" })).toBe("400/1967089");
    expect(await put({ uuid: "nope" })).toBe("400/1967087");
    expect(await code(CVO, "PATCH", `${PORTS}/${port.uuid}`, {})).toBe("400/262190");
  });
});

describe("Azure", () => {
  const peer = async (): Promise<Json> => (await on.get(ALI, "/cluster/peers?fields=*")).records[0];
  const at = (address: string): Promise<Json> => on.get(CVO, `${LIFS}?ip.address=${address}&fields=*`);

  test("an address Azure does not know is up and dead; the right one, or a NIC that has it, is alive", async () => {
    expect((await peer()).status.state).toBe("available");
    const [own] = (await at("10.8.0.21")).records;
    const patch = (body: unknown): Promise<Json> => on.call(CVO, "PATCH", `${LIFS}/${own.uuid}`, { body });
    expect((await patch({ ip: { address: "10.8.0.99" } })).status).toBe(200);
    expect((await at("10.8.0.99")).records[0].state).toBe("up");
    expect((await peer()).status.state).toBe("partial");
    await on.call(CVO, "POST", "/_control/nic", { body: { node: NODE, port: "e0e", address: "10.8.0.99" } });
    expect((await peer()).status.state).toBe("available");
    expect((await on.get(CVO, `${PORTS}?name=e0e`)).num_records).toBe(1);
  });

  test("a LIF that moves to the other node is up and dead, and alive at home again", async () => {
    const [iscsi] = (await at("10.8.1.21")).records;
    const patch = (location: unknown): Promise<Json> =>
      on.call(CVO, "PATCH", `${LIFS}/${iscsi.uuid}`, { body: { location } });
    expect((await patch({ port: { name: "e0a", node: { name: "cvo-eastus2-02" } } })).status).toBe(200);
    expect((await at("10.8.1.21")).records[0]).toMatchObject({ state: "up", location: { is_home: false } });
    expect(on.fabric.san().discover("10.8.1.21")).toBeUndefined();
    await patch({ is_home: true });
    expect(on.fabric.san().discover("10.8.1.21")).toBeDefined();
  });

  test("without intercluster LIFs the peer is unavailable", async () => {
    const { records } = await on.get(CVO, `${LIFS}?services=intercluster_core`);
    for (const { uuid } of records) await on.call(CVO, "PATCH", `${LIFS}/${uuid}`, { body: { enabled: false } });
    expect((await peer()).status.state).toBe("unavailable");
  });
});

test("service policies of the cluster and its SVMs", async () => {
  const { records } = await on.get(CVO, "/network/ip/service-policies?fields=*");
  const named = records.map((each: Json) => `${each.scope}/${each.name}`);
  expect(named).toEqual(expect.arrayContaining(["cluster/default-intercluster", "svm/default-data-blocks"]));
});
