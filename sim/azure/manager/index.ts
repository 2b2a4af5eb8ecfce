import type { ArmResource, CloudNic } from "../../kit/cloud.js";
import type { SimReply } from "../../kit/http.js";
import type { World } from "../../worlds/types.js";
import type { Operations } from "../operations.js";
import { ArmError, type AzureKnobs } from "../types.js";
import { bodyOf, verb, type ManagerAsk } from "./ask.js";
import { Authorization } from "./authorization.js";
import { Deployments } from "./deployments.js";
import { checkVersion, KINDS, VERSIONS, type Kind } from "./kinds.js";
import { Landscape } from "./landscape.js";
import { terms, usages } from "./offers.js";

export type { ManagerAsk } from "./ask.js";

interface Place {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string | undefined;
}

const GROUPS = "Microsoft.Resources/resourceGroups";

/** Resource groups and everything in them that is not a machine with a guest; roles, terms, quota, deployments. */
export class Manager {
  readonly land: Landscape;
  readonly roles: Authorization;
  private readonly deployments: Deployments;
  /** Groups on their way out, by lower-case name. */
  private readonly leaving = new Map<string, number>();
  /** Resources a write is still at work on, by lower-case id. */
  private readonly busy = new Map<string, number>();

  constructor(
    private readonly world: World,
    nics: () => readonly CloudNic[],
    private readonly operations: Operations,
    private readonly knobs: AzureKnobs,
    private readonly now: () => number,
  ) {
    this.land = new Landscape(world, nics);
    this.roles = new Authorization(this.land, world.azure.tenant, [world.azure.clientId]);
    this.deployments = new Deployments(this.land, this.roles, knobs, now);
  }

  secrets(): string[] {
    return [...this.deployments.secrets];
  }

  /** A group that is being deleted counts as gone. */
  snapshot(): unknown {
    return this.land.snapshot([...this.leaving.keys()]);
  }

  reset(): void {
    this.land.reset();
    this.deployments.reset();
    this.leaving.clear();
    this.busy.clear();
  }

  settle(): void {
    this.deployments.settle();
    for (const [name, at] of this.leaving)
      if (this.now() >= at) {
        this.leaving.delete(name);
        this.land.remove(`${this.at}/resourceGroups/${name}`);
      }
    for (const [id, at] of this.busy) if (this.now() >= at) this.busy.delete(id);
  }

  /** Calls outside any resource group. undefined: not ours. */
  inSubscription(ask: ManagerAsk, parts: readonly string[]): SimReply | undefined {
    const lower = parts.map((each) => each.toLowerCase());
    if (parts.length === 0) {
      ask.permit("Microsoft.Resources/subscriptions/read");
      const { subscription, tenant } = this.world.azure;
      return {
        status: 200,
        body: {
          id: this.at,
          subscriptionId: subscription,
          tenantId: tenant,
          displayName: "Riverside Health",
          state: "Enabled",
        },
      };
    }
    if (lower[0] === "operationresults") return this.leavingState(ask, parts[1] ?? "");
    if (lower[0] === "resourcegroups" && parts.length === 1) {
      ask.permit("Microsoft.Resources/subscriptions/resourceGroups/read");
      this.version(GROUPS, ask);
      return { status: 200, body: { value: this.land.list(GROUPS).map((each) => this.groupView(each)) } };
    }
    if (lower[0] !== "providers") return undefined;
    if (lower[1] === "microsoft.authorization") return this.authorization(ask, this.at, parts.slice(2));
    if (lower[1] === "microsoft.marketplaceordering") return terms(this.land, ask, parts.slice(2), this.now());
    if (lower[1] === "microsoft.compute" && lower[2] === "locations" && lower[4] === "usages")
      return usages(this.land, ask, parts[3] ?? "", this.knobs.quota);
    const kind = KINDS.find((each) => each.type.toLowerCase() === `${lower[1]}/${lower[2]}`);
    if (!kind || parts.length !== 3 || ask.request.method !== "GET") return undefined;
    if (kind.type === "Microsoft.Compute/virtualMachines") return undefined;
    ask.permit(`${kind.type}/read`);
    checkVersion(kind.type, this.apiVersion(ask), kind.versions, this.land.location);
    return { status: 200, body: { value: this.land.list(kind.type).map((each) => this.view(each)) } };
  }

  isGroup(name: string): boolean {
    return this.land.group(name) !== undefined;
  }

  /** A resource group itself. */
  group(ask: ManagerAsk, name: string): SimReply {
    const { method } = ask.request;
    this.version(GROUPS, ask);
    const base = "Microsoft.Resources/subscriptions/resourceGroups";
    const found = this.land.group(name);
    if (method === "PUT") {
      ask.permit(`${base}/write`);
      return this.putGroup(ask, name, found);
    }
    ask.permit(`${base}/${method === "DELETE" ? "delete" : "read"}`);
    if (method === "HEAD") return { status: found ? 204 : 404 };
    if (!found) throw noGroup(name);
    if (method === "GET") return { status: 200, body: this.groupView(found) };
    if (method !== "DELETE") throw new ArmError(405, "MethodNotAllowed", `The method '${method}' is not supported.`);
    const key = name.toLowerCase();
    if (!this.leaving.has(key)) this.leaving.set(key, this.now() + this.knobs.groupDeleteMs);
    return { status: 202, headers: { Location: this.leavingUrl(ask, key), "Retry-After": "15" } };
  }

  private putGroup(ask: ManagerAsk, name: string, found: ArmResource | undefined): SimReply {
    const body = bodyOf(ask.request);
    if (!/^[-\w.()]{1,90}$/.test(name) || name.endsWith("."))
      throw new ArmError(400, "InvalidResourceGroupName", `The provided resource group name '${name}' is invalid.`);
    if (this.leaving.has(name.toLowerCase()))
      throw new ArmError(
        409,
        "ResourceGroupBeingDeleted",
        `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
      );
    const location = body.location?.toLowerCase().replaceAll(" ", "");
    if (!location)
      throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
    if (found && found.location !== location)
      throw new ArmError(
        409,
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${location}'. The Resource group already exists in location '${found.location ?? ""}'.`,
      );
    const resource: ArmResource = {
      id: found?.id ?? `${this.at}/resourceGroups/${name}`,
      name: found?.name ?? name,
      type: GROUPS,
      location,
      tags: body.tags ?? {},
      properties: { provisioningState: "Succeeded" },
    };
    this.land.put(resource);
    return { status: found ? 200 : 201, body: resource };
  }

  /** What lies in a group. undefined: not ours. `parts` begin behind the group's name. */
  inGroup(ask: ManagerAsk, group: string, parts: readonly string[]): SimReply | undefined {
    const found = this.land.group(group);
    if (!found) throw noGroup(group);
    const lower = parts.map((each) => each.toLowerCase());
    if (ask.request.method !== "GET" && this.leaving.has(group.toLowerCase()))
      throw new ArmError(
        409,
        "ResourceGroupBeingDeleted",
        `The resource group '${group}' is in deprovisioning state and cannot perform this operation.`,
      );
    if (lower[0] === "resources" && ask.request.method === "GET") {
      ask.permit("Microsoft.Resources/subscriptions/resourceGroups/resources/read");
      this.version(GROUPS, ask);
      const inside = this.land.below(found.id).filter((each) => each.type.split("/").length === 2);
      return {
        status: 200,
        body: { value: inside.map(({ id, name, type, location, tags }) => ({ id, name, type, location, tags })) },
      };
    }
    if (lower[1] === "microsoft.authorization") return this.authorization(ask, found.id, parts.slice(2));
    const rights = lower.indexOf("microsoft.authorization");
    if (rights > 2 && lower[rights - 1] === "providers") {
      const scope = `${found.id}/${parts.slice(0, rights - 1).join("/")}`;
      const resource = this.land.find(scope);
      if (!resource) throw new ArmError(404, "ResourceNotFound", `The Resource '${scope}' was not found.`);
      return this.authorization(ask, resource.id, parts.slice(rights + 1));
    }
    if (lower[1] === "microsoft.resources" && lower[2] === "deployments") {
      ask.permit(`Microsoft.Resources/deployments/${verb(ask.request.method)}`);
      this.version("Microsoft.Resources/deployments", ask);
      return this.deployments.answer(ask.request, found, parts.slice(3), ask.origin);
    }
    const place = this.placeOf(found, parts);
    return place && this.resource(ask, place, found);
  }

  private placeOf(group: ArmResource, parts: readonly string[]): Place | undefined {
    const provider = parts[1] ?? "";
    const rest = parts.slice(2);
    const kinds = rest.filter((_, i) => i % 2 === 0);
    const kind = KINDS.find((each) => each.type.toLowerCase() === [provider, ...kinds].join("/").toLowerCase());
    if (!kind) return undefined;
    const name = rest.length % 2 === 0 ? rest[rest.length - 1] : undefined;
    return { kind, name, id: `${group.id}/providers/${[provider, ...rest].join("/")}` };
  }

  private resource(ask: ManagerAsk, { kind, id, name }: Place, group: ArmResource): SimReply | undefined {
    const { method } = ask.request;
    ask.permit(`${kind.type}/${verb(method)}`);
    checkVersion(kind.type, this.apiVersion(ask), kind.versions, this.land.location);
    if (name === undefined) {
      const parent = id.slice(0, id.lastIndexOf("/")).toLowerCase();
      const value = this.land
        .list(kind.type)
        .filter((each) =>
          each.id.toLowerCase().startsWith(kind.inParent ? `${parent}/` : `${group.id.toLowerCase()}/`),
        );
      return { status: 200, body: { value: value.map((each) => this.view(each)) } };
    }
    const found = this.land.find(id);
    if (method === "GET") {
      if (!found) throw missing(kind.type, name, group.name);
      return { status: 200, body: this.view(found, ask.request.query.get("$expand") === "instanceView") };
    }
    if (this.busy.has(id.toLowerCase()))
      throw new ArmError(
        429,
        "RetryableError",
        `A retryable error occurred: another operation on '${name}' is in progress.`,
        { "Retry-After": "1" },
      );
    if (method === "DELETE") {
      if (!found) return { status: 204 };
      this.land.remove(found.id);
      return this.accepted(ask, 202, id);
    }
    if (method !== "PUT") throw new ArmError(405, "MethodNotAllowed", `The method '${method}' is not supported.`);
    return this.put(ask, { kind, id, name }, found, group);
  }

  private put(
    ask: ManagerAsk,
    { kind, id, name }: Place,
    found: ArmResource | undefined,
    group: ArmResource,
  ): SimReply {
    const body = bodyOf(ask.request);
    if (kind.inParent) {
      const parent = id.split("/").slice(0, -2).join("/");
      if (!this.land.find(parent))
        throw missing(kind.type.slice(0, kind.type.lastIndexOf("/")), parent.split("/").pop() ?? "", group.name);
    } else if (!body.location)
      throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
    kind.check?.(body);
    this.land.put({
      id: found?.id ?? id,
      name: found?.name ?? name ?? "",
      type: kind.type,
      ...(kind.inParent ? {} : { location: body.location ?? this.land.location, tags: body.tags ?? {} }),
      ...(body.identity ? { identity: body.identity } : {}),
      ...(body.sku ? { sku: body.sku } : {}),
      properties: { ...body.properties, provisioningState: "Succeeded" },
    });
    const stored = this.land.find(id);
    const reply = this.accepted(ask, found ? 200 : 201, id);
    return { ...reply, ...(stored ? { body: this.view(stored) } : {}) };
  }

  private accepted(ask: ManagerAsk, status: number, id: string): { status: number; headers: Record<string, string> } {
    const until = this.now() + this.knobs.networkMs;
    if (this.knobs.networkMs > 0) this.busy.set(id.toLowerCase(), until);
    const operation = this.operations.create("", this.now(), until);
    const provider = /providers\/([^/]+)/.exec(id)?.[1] ?? "";
    const url = `${ask.origin}${this.at}/providers/${provider}/locations/${this.land.location}/operations/${operation.id}?api-version=${this.apiVersion(ask)}`;
    return {
      status,
      headers: {
        "Azure-AsyncOperation": url,
        "Retry-After": "1",
        ...(status === 202 ? { Location: `${url}&monitor=true` } : {}),
      },
    };
  }

  /** As a GET shows it: children inside their parent, what nobody may read left out. */
  private view(resource: ArmResource, withView = false): object {
    const inside = KINDS.filter((kind) => kind.inParent && kind.type.startsWith(`${resource.type}/`)).map((kind) => [
      kind.inParent ?? "",
      this.land.list(kind.type).filter((each) => each.id.toLowerCase().startsWith(`${resource.id.toLowerCase()}/`)),
    ]);
    const { osProfile, ...rest } = resource.properties;
    const shownProfile = Object.fromEntries(
      Object.entries((osProfile ?? {}) as object).filter(([key]) => key !== "customData" && key !== "adminPassword"),
    );
    return {
      ...resource,
      etag: `W/"${this.land.list().length}"`,
      properties: {
        ...rest,
        ...(osProfile ? { osProfile: shownProfile } : {}),
        ...Object.fromEntries(inside),
        ...(this.busy.has(resource.id.toLowerCase()) ? { provisioningState: "Updating" } : {}),
        ...(withView && resource.type === "Microsoft.Compute/virtualMachines"
          ? { instanceView: { statuses: [{ code: `PowerState/${this.land.powerOf(resource.id)}`, level: "Info" }] } }
          : {}),
      },
    };
  }

  private groupView(group: ArmResource): object {
    const isLeaving = this.leaving.has(group.name.toLowerCase());
    return { ...group, properties: { provisioningState: isLeaving ? "Deleting" : "Succeeded" } };
  }

  private leavingUrl(ask: ManagerAsk, key: string): string {
    return `${ask.origin}${this.at}/operationresults/${Buffer.from(key).toString("base64url")}?api-version=2021-04-01`;
  }

  private leavingState(ask: ManagerAsk, token: string): SimReply {
    const key = Buffer.from(token, "base64url").toString("utf8");
    if (!this.leaving.has(key)) return { status: 200 };
    return { status: 202, headers: { Location: this.leavingUrl(ask, key), "Retry-After": "15" } };
  }

  private authorization(ask: ManagerAsk, scope: string, parts: readonly string[]): SimReply {
    const kind = parts[0]?.toLowerCase();
    if (kind === "permissions") {
      return {
        status: 200,
        body: { value: [{ actions: ["*"], notActions: this.knobs.denied, dataActions: [], notDataActions: [] }] },
      };
    }
    if (kind !== "roledefinitions" && kind !== "roleassignments")
      throw new ArmError(
        404,
        "InvalidResourceType",
        "The resource type could not be found in the namespace 'Microsoft.Authorization'.",
      );
    const type = `Microsoft.Authorization/${kind === "roledefinitions" ? "roleDefinitions" : "roleAssignments"}`;
    ask.permit(`${type}/${verb(ask.request.method)}`);
    this.version(type, ask);
    return this.roles.answer(ask.request, scope, parts);
  }

  private get at(): string {
    return `/subscriptions/${this.land.subscription}`;
  }
  private apiVersion({ request }: ManagerAsk): string {
    return request.query.get("api-version") ?? "";
  }
  private version(type: string, ask: ManagerAsk): void {
    checkVersion(type, this.apiVersion(ask), VERSIONS[type] ?? [], this.land.location);
  }
}

const noGroup = (name: string): ArmError =>
  new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
const missing = (type: string, name: string, group: string): ArmError =>
  new ArmError(
    404,
    type.startsWith("Microsoft.Network/") && type.split("/").length > 2 ? "NotFound" : "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
