import type { OntapClient } from "../../ontap/index.js";
import type { NetworkItem } from "./items.js";
import { portNamed } from "./look.js";

/** Makes one thing of a cluster's network (reference 2): one write. */
export async function make(item: NetworkItem, on: OntapClient): Promise<void> {
  switch (item.kind) {
    case "ipspace":
      return void (await on.ipspaces.create(item.name));
    case "broadcastDomain":
      return void (await on.broadcastDomains.create({ name: item.name, ipspace: item.ipspace, mtu: item.mtu }));
    case "vlan":
      return void (await on.ports.createVlan({
        node: item.node,
        basePort: item.port,
        tag: item.tag,
        broadcastDomain: item.domain,
      }));
    case "port": {
      const port = await portNamed(on, item.node, item.port);
      return port && on.ports.setBroadcastDomain(port.uuid, item.domain);
    }
    case "interface":
      return void (await on.interfaces.create({
        name: item.name,
        of: { ipspace: item.ipspace },
        address: item.address,
        netmask: String(item.prefix),
        servicePolicy: "default-intercluster",
        home: { node: item.node, port: item.port },
      }));
    case "route":
      return void (await on.routes.create({
        of: { ipspace: item.ipspace },
        destination: { address: item.address, netmask: String(item.prefix) },
        gateway: item.gateway,
      }));
  }
}

/** Takes it away again, or puts a port back where it was: one write. What is gone already is left. */
export async function takeAway(item: NetworkItem, on: OntapClient): Promise<void> {
  switch (item.kind) {
    case "ipspace": {
      const found = await on.ipspaces.findByName(item.name);
      return found && on.ipspaces.delete(found.uuid);
    }
    case "broadcastDomain": {
      const [found] = await on.broadcastDomains.list({ name: item.name, ipspace: item.ipspace });
      return found && on.broadcastDomains.delete(found.uuid);
    }
    case "vlan": {
      const found = await portNamed(on, item.node, `${item.port}-${item.tag}`);
      return found && on.ports.delete(found.uuid);
    }
    case "port": {
      const found = await portNamed(on, item.node, item.port);
      if (!found) return;
      return item.from
        ? on.ports.setBroadcastDomain(found.uuid, item.from)
        : on.ports.leaveBroadcastDomain(item.domain, [{ node: item.node, port: item.port }]);
    }
    case "interface": {
      const found = (await on.interfaces.list({ name: item.name, ipspace: item.ipspace })).find(
        (each) => each.svm === undefined && each.address === item.address,
      );
      return found && on.interfaces.delete(found.uuid);
    }
    case "route": {
      const found = (await on.routes.list({ ipspace: item.ipspace })).find(
        (each) => each.svm === undefined && each.destination?.address === item.address && each.gateway === item.gateway,
      );
      return found && on.routes.delete(found.uuid);
    }
  }
}
