import type { Hosts } from "../host/index.js";
import type { CloudNic } from "../kit/cloud.js";
import type { SimClock } from "../kit/clock.js";
import { jsonBody, type SimReply, type SimRequest } from "../kit/http.js";
import type { World } from "../worlds/types.js";
import type { Identity } from "./identity.js";
import { Operations, statusBody, type Operation } from "./operations.js";
import type { RunCommandBody, RunCommandView } from "./run-commands.js";
import { Manager, type ManagerAsk } from "./manager/index.js";
import { Throttle, type BucketName } from "./throttle.js";
import { ArmError, type AzureKnobs } from "./types.js";
import { Vm, type PowerAction } from "./vms.js";

const API = "2026-03-01";
const POWER: readonly string[] = ["start", "deallocate", "powerOff", "restart"];

interface Ask {
  readonly request: SimRequest;
  readonly origin: string;
}

/** Azure Resource Manager with the compute provider: VMs, power, managed Run Commands, operations. */
export class Arm {
  private vms: Map<string, Vm>;
  private readonly operations = new Operations();
  private readonly throttle: Throttle;
  private readonly secretValues = new Set<string>();
  readonly manager: Manager;
  private readsSince = { at: 0, count: 0 };

  constructor(
    private readonly world: World,
    private readonly clock: SimClock,
    private readonly hosts: Hosts,
    private readonly knobs: AzureKnobs,
    private readonly identity: Identity,
    nics: () => readonly CloudNic[],
  ) {
    this.throttle = new Throttle(clock);
    this.manager = new Manager(world, nics, this.operations, knobs, () => clock.now());
    this.vms = this.build();
  }

  private build(): Map<string, Vm> {
    const machines = this.world.hosts.filter((host) => host.kind === "azure-vm");
    return new Map(
      machines.map((host) => [
        host.name.toLowerCase(),
        new Vm(host, this.world, this.hosts, this.operations, this.knobs, () => this.clock.now()),
      ]),
    );
  }

  /** Values of protected parameters seen so far: never in the log. */
  protectedValues(): string[] {
    return [...this.secretValues, ...this.manager.secrets()];
  }

  snapshot(): unknown {
    this.manager.settle();
    return {
      power: Object.fromEntries([...this.vms].map(([name, vm]) => [name, vm.powerCode()])),
      ...(this.manager.snapshot() as object),
    };
  }

  reset(): void {
    this.operations.reset();
    this.throttle.reset();
    this.manager.reset();
    this.vms = this.build();
  }

  /** @throws ArmError for every refusal. */
  async answer(request: SimRequest, origin: string): Promise<SimReply> {
    for (const vm of this.vms.values()) await vm.settle();
    this.manager.settle();
    if (
      !this.identity.accepts(
        request,
        /^https:\/\/management\.(azure\.com|usgovcloudapi\.net|chinacloudapi\.cn)$|^https:\/\/(127\.0\.0\.1|localhost)/,
      )
    ) {
      const challenge = {
        "WWW-Authenticate": `Bearer authorization_uri="${origin}/${this.world.azure.tenant}", error="invalid_token"`,
      };
      throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid or has expired.", challenge);
    }
    if (!request.query.get("api-version"))
      throw new ArmError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    const parts = decoded(request.path).split("/").filter(Boolean);
    if (parts[0]?.toLowerCase() !== "subscriptions" || parts[1]?.toLowerCase() !== this.world.azure.subscription) {
      throw new ArmError(404, "SubscriptionNotFound", `The subscription '${parts[1] ?? ""}' could not be found.`);
    }
    const ask = { request, origin };
    if (request.method === "GET") this.countRead();
    if (parts[2]?.toLowerCase() === "providers" && parts[6]?.toLowerCase() === "operations")
      return this.operation(ask, parts[7] ?? "");
    if (parts[2]?.toLowerCase() === "resourcegroups" && parts[3] !== undefined)
      return this.inGroup(ask, parts[3], parts.slice(4));
    const answer = this.manager.inSubscription(this.managed(ask), parts.slice(2));
    if (!answer) throw notFound(request.path);
    return answer;
  }

  /** Resource Manager's own limit on reads of a subscription, where one is set. */
  private countRead(): void {
    const minute = Math.floor(this.clock.now() / 60_000);
    if (this.readsSince.at !== minute) this.readsSince = { at: minute, count: 0 };
    this.readsSince.count += 1;
    if (this.knobs.readsPerMinute === 0 || this.readsSince.count <= this.knobs.readsPerMinute) return;
    throw new ArmError(
      429,
      "SubscriptionRequestsThrottled",
      `Number of requests for subscription '${this.world.azure.subscription}' and operation 'GET' exceeded the backend storage limit. Please try again after '17' seconds.`,
      { "Retry-After": "17", "x-ms-ratelimit-remaining-subscription-reads": "0" },
    );
  }

  private managed(ask: Ask): ManagerAsk {
    return { ...ask, permit: (action) => this.permit(action, ask) };
  }

  private async inGroup(ask: Ask, group: string, parts: readonly string[]): Promise<SimReply> {
    const [, provider, type, name, verb, command] = parts;
    if (parts.length === 0) return this.manager.group(this.managed(ask), group);
    const isMachine = provider?.toLowerCase() === "microsoft.compute" && type?.toLowerCase() === "virtualmachines";
    const guest = isMachine && name !== undefined ? this.vms.get(name.toLowerCase()) : undefined;
    if (!isMachine || (name !== undefined && guest?.host.resourceGroup?.toLowerCase() !== group.toLowerCase())) {
      const answer = this.manager.inGroup(this.managed(ask), group, parts);
      if (answer) return answer;
    }
    if (!this.manager.isGroup(group))
      throw new ArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
    if (provider?.toLowerCase() !== "microsoft.compute" || type?.toLowerCase() !== "virtualmachines")
      throw notFound(ask.request.path);
    if (name === undefined) {
      this.permit("Microsoft.Compute/virtualMachines/read", ask);
      const machines = [...this.vms.values()].filter(
        (vm) => vm.host.resourceGroup?.toLowerCase() === group.toLowerCase(),
      );
      return { status: 200, body: { value: machines.map((vm) => vm.resource(false)) } };
    }
    const vm = this.vms.get(name.toLowerCase());
    if (!vm || vm.host.resourceGroup?.toLowerCase() !== group.toLowerCase())
      throw new ArmError(
        404,
        "ResourceNotFound",
        `The Resource 'Microsoft.Compute/virtualMachines/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      );
    if (verb?.toLowerCase() === "runcommands") return this.runCommands(ask, vm, command);
    return this.machine(ask, vm, verb);
  }

  private machine(ask: Ask, vm: Vm, verb: string | undefined): SimReply {
    const { method, query } = ask.request;
    if (method === "GET" && (verb === undefined || verb.toLowerCase() === "instanceview")) {
      this.permit(`Microsoft.Compute/virtualMachines/${verb === undefined ? "" : "instanceView/"}read`, ask);
      const headers = this.spend("LowCostGet", vm);
      return {
        status: 200,
        headers,
        body: verb === undefined ? vm.resource(query.get("$expand") === "instanceView") : vm.instanceView(),
      };
    }
    if (method === "POST" && verb !== undefined && POWER.includes(verb)) {
      this.permit(`Microsoft.Compute/virtualMachines/${verb}/action`, ask);
      const headers = this.spend(verb === "deallocate" ? "DeleteVM" : "UpdateVM", vm);
      return this.accepted(ask, vm.act(verb as PowerAction), 202, headers);
    }
    if (method === "POST" && verb === "runCommand") {
      throw new ArmError(501, "NotImplemented", "This simulator has no action Run Command; use managed ones.");
    }
    throw new ArmError(405, "MethodNotAllowed", `The method '${method}' is not supported for '${ask.request.path}'.`);
  }

  private async runCommands(ask: Ask, vm: Vm, name: string | undefined): Promise<SimReply> {
    const { method, query } = ask.request;
    const withView = query.get("$expand") === "instanceView";
    const base = "Microsoft.Compute/virtualMachines/runCommands";
    const shape = (view: RunCommandView): object => ({ id: `${vm.id}/runCommands/${view.name}`, type: base, ...view });
    if (method === "GET") {
      this.permit(`${base}/read`, ask);
      const headers = this.spend("LowCostGet", vm);
      return {
        status: 200,
        headers,
        body:
          name === undefined
            ? { value: vm.commands.list(withView).map(shape) }
            : shape(vm.commands.get(name, withView)),
      };
    }
    if (name === undefined || !["PUT", "PATCH", "DELETE"].includes(method))
      throw new ArmError(405, "MethodNotAllowed", `The method '${method}' is not supported.`);
    this.permit(`${base}/${method === "DELETE" ? "delete" : "write"}`, ask);
    const headers = this.spend("UpdateVM", vm);
    if (method === "DELETE") {
      const deletion = vm.commands.delete(name);
      return deletion ? this.accepted(ask, deletion, 202, headers) : { status: 204, headers };
    }
    vm.assertRunning();
    const body = this.readBody(ask.request);
    if (method === "PATCH") {
      const operation = await vm.commands.patch(name, body);
      return this.accepted(ask, operation, 200, headers, shape(vm.commands.get(name, false)));
    }
    const { operation, isNew } = await vm.commands.put(name, body);
    return this.accepted(ask, operation, isNew ? 201 : 200, headers, shape(vm.commands.get(name, false)));
  }

  private readBody(request: SimRequest): RunCommandBody {
    let body: RunCommandBody | undefined;
    try {
      body = jsonBody(request) as RunCommandBody | undefined;
    } catch {
      throw new ArmError(
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized.",
      );
    }
    for (const each of body?.properties?.protectedParameters ?? []) if (each.value) this.secretValues.add(each.value);
    return body ?? {};
  }

  private operation(ask: Ask, id: string): SimReply {
    this.permit("Microsoft.Compute/locations/operations/read", ask);
    const operation = this.operations.get(id);
    const vm = this.vms.get(operation.vm.toLowerCase());
    const headers = { ...this.retryAfter(), ...(vm ? this.spend("GetOperation", vm) : {}) };
    const isOver = this.clock.now() >= operation.endsAt;
    if (ask.request.query.get("monitor") !== "true")
      return { status: 200, headers, body: statusBody(operation, this.clock.now()) };
    if (!isOver) return { status: 202, headers: { ...headers, Location: this.url(ask, operation, "&monitor=true") } };
    if (operation.error) throw new ArmError(409, operation.error.code, operation.error.message);
    return operation.result === undefined ? { status: 200, headers } : { status: 200, headers, body: operation.result };
  }

  private accepted(
    ask: Ask,
    operation: Operation,
    status: number,
    headers: Readonly<Record<string, string>>,
    body?: object,
  ): SimReply {
    return {
      status,
      headers: {
        ...headers,
        ...this.retryAfter(),
        "Azure-AsyncOperation": this.url(ask, operation, ""),
        ...(status === 202 ? { Location: this.url(ask, operation, "&monitor=true") } : {}),
      },
      ...(body ? { body } : {}),
    };
  }

  private url({ origin }: Ask, operation: Operation, more: string): string {
    const { subscription, location } = this.world.azure;
    return `${origin}/subscriptions/${subscription}/providers/Microsoft.Compute/locations/${location}/operations/${operation.id}?api-version=${API}${more}`;
  }

  private retryAfter(): Record<string, string> {
    return this.knobs.retryAfterSeconds > 0 ? { "Retry-After": String(this.knobs.retryAfterSeconds) } : {};
  }

  private spend(bucket: BucketName, vm: Vm): Record<string, string> {
    if (!this.knobs.throttle) return {};
    return {
      "x-ms-ratelimit-remaining-resource": `Microsoft.Compute/${bucket};${this.throttle.take(bucket, vm.host.name)}`,
    };
  }

  private permit(action: string, { request }: Ask): void {
    if (!this.knobs.denied.includes(action)) return;
    throw new ArmError(
      403,
      "AuthorizationFailed",
      `The client '${this.world.azure.clientId}' with object id '${this.world.azure.clientId}' does not have authorization to perform action '${action}' over scope '${request.path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ArmError(400, "BadRequest", "The request path is not valid.");
  }
}

const notFound = (path: string): ArmError =>
  new ArmError(404, "InvalidResourceType", `The resource type could not be found in the namespace for '${path}'.`);
