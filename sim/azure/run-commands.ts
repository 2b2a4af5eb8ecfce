import type { BegunRun, HostRun, Hosts } from "../host/index.js";
import { HostUnreachable } from "../host/index.js";
import { iso, type Operation, type Operations } from "./operations.js";
import { ArmError, type AzureKnobs } from "./types.js";

const LIMIT = 25;
/** Compute gives up on a silent guest agent after about this long. */
const AGENT_PATIENCE_MS = 25 * 60_000;
const TAIL_BYTES = 4096;
/** The agent's own limit where none is given. */
const AGENT_LIMIT_S = 5400;
const NOTHING = { exitCode: 0, stdout: "", stderr: "" };

interface Parameter {
  readonly name?: string;
  readonly value?: string;
}

export interface RunCommandBody {
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: {
    readonly source?: { readonly script?: string; readonly scriptUri?: string; readonly commandId?: string };
    readonly parameters?: readonly Parameter[];
    readonly protectedParameters?: readonly Parameter[];
    readonly asyncExecution?: boolean;
    readonly timeoutInSeconds?: number;
    readonly treatFailureAsDeploymentFailure?: boolean;
    readonly [more: string]: unknown;
  };
}

/** `null` as end: nobody will ever tell (the guest restarted in the middle, or a hung script without a time limit). */
interface Execution {
  readonly startsAt: number;
  endsAt: number | null;
  readonly outcome: { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
  readonly run: HostRun | undefined;
  isReleased: boolean;
}

interface Resource {
  readonly name: string;
  body: RunCommandBody;
  readonly createdAt: number;
  execution: Execution;
  operation: Operation;
  /** The agent never took it. */
  isLost: boolean;
  /** Under way on a host that takes its own time. */
  begun?: BegunRun;
}

export interface RunCommandView {
  readonly name: string;
  readonly location: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Managed Run Commands of one VM (run-command-handler-linux): scripts really run on the virtual host. */
export class RunCommands {
  private readonly all = new Map<string, Resource>();

  constructor(
    private readonly vm: string,
    private readonly hosts: Hosts,
    private readonly operations: Operations,
    private readonly knobs: AzureKnobs,
    private readonly now: () => number,
  ) {}

  /** Creates or replaces. The script's effects land now; its end is shown when its time has passed. */
  async put(name: string, body: RunCommandBody): Promise<{ operation: Operation; isNew: boolean }> {
    const { properties } = body;
    if (body.location === undefined)
      throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
    if (properties?.source?.script === undefined)
      throw new ArmError(400, "InvalidParameter", "Required parameter 'source.script' is missing (null).");
    const key = name.toLowerCase();
    const known = this.all.get(key);
    if (!known && this.all.size >= LIMIT) {
      throw new ArmError(
        409,
        "OperationNotAllowed",
        `The maximum number of managed Run commands (max=${LIMIT}, current=${this.all.size}) has been exceeded for the VM.`,
      );
    }
    // The handler remembers the last content under a name and does not run it twice.
    if (known && this.isOver(known) && JSON.stringify(known.body) === JSON.stringify(body)) {
      known.operation = this.operations.create(this.vm, this.now(), this.now());
      return { operation: known.operation, isNew: false };
    }
    if (known) this.letGo(known);
    const made = await this.start(name, body);
    this.all.set(key, made);
    return { operation: made.operation, isNew: !known };
  }

  private async start(name: string, body: RunCommandBody): Promise<Resource> {
    const acceptedAt = this.now();
    const startsAt = acceptedAt + this.knobs.startDelayMs;
    const lost = (): Resource => {
      const operation = this.operations.create(this.vm, acceptedAt, acceptedAt + AGENT_PATIENCE_MS);
      operation.error = {
        code: "VMAgentStatusCommunicationError",
        message: `VM '${this.vm}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.`,
      };
      return {
        name,
        body,
        createdAt: acceptedAt,
        isLost: true,
        operation,
        execution: {
          startsAt: Infinity,
          endsAt: null,
          outcome: { exitCode: 0, stdout: "", stderr: "" },
          run: undefined,
          isReleased: true,
        },
      };
    };
    if (!this.hosts.agentIsReady(this.vm)) return lost();
    if (this.hosts.begin) return this.follow(name, body);
    let run: HostRun;
    try {
      run = await this.execute(name, body);
    } catch (error) {
      if (error instanceof HostUnreachable) return lost();
      throw error;
    }
    const execution = timeline(run, startsAt, body.properties?.timeoutInSeconds);
    const isAsync = body.properties?.asyncExecution === true;
    const operation = this.operations.create(this.vm, acceptedAt, isAsync ? startsAt : (execution.endsAt ?? Infinity));
    if (!isAsync && body.properties?.treatFailureAsDeploymentFailure && execution.outcome.exitCode !== 0) {
      operation.error = {
        code: "VMExtensionProvisioningError",
        message: `VM has reported a failure when processing run command '${name}'. Error message: 'command terminated with exit status=${execution.outcome.exitCode}'.`,
      };
    }
    return { name, body, createdAt: acceptedAt, isLost: false, operation, execution };
  }

  /** On a host that takes its own time the script is running when the call is answered, and its end is heard of when it comes. */
  private follow(name: string, body: RunCommandBody): Resource {
    const at = this.now();
    const { properties } = body;
    const limitMs = (properties?.timeoutInSeconds ?? AGENT_LIMIT_S) * 1000;
    const begun = this.hosts.begin?.(this.vm, properties?.source?.script ?? "", namedEnv(properties), limitMs);
    const isAsync = properties?.asyncExecution === true;
    const resource: Resource = {
      name,
      body,
      createdAt: at,
      isLost: false,
      operation: this.operations.create(this.vm, at, isAsync ? at : Infinity),
      execution: { startsAt: at, endsAt: null, outcome: NOTHING, run: undefined, isReleased: true },
      ...(begun ? { begun } : {}),
    };
    void begun?.done.then(
      (run) => {
        resource.execution = timeline({ ...run, tookMs: this.now() - at }, at, undefined);
        if (!isAsync) resource.operation.endsAt = resource.execution.endsAt ?? Infinity;
      },
      // nobody will ever tell
      () => undefined,
    );
    return resource;
  }

  private async execute(name: string, { properties }: RunCommandBody): Promise<HostRun> {
    const given = [...(properties?.parameters ?? []), ...(properties?.protectedParameters ?? [])];
    const env = namedEnv(properties);
    const script = properties?.source?.script ?? "";
    const unnamed = given.filter((each) => !each.name).map((each) => each.value ?? "");
    if (unnamed.length === 0) return this.hosts.run(this.vm, script, env);
    // Unnamed ones stand behind the script's path on bash's command line, unquoted: whoever uses them learns what that means.
    const path = `/var/lib/waagent/run-command-handler/download/${name}/0/script.sh`;
    await this.hosts.writeFile(this.vm, path, script);
    return this.hosts.run(this.vm, `bash ${path} ${unnamed.join(" ")}`, env);
  }

  get(name: string, withView: boolean): RunCommandView {
    const found = this.find(name);
    if (!found)
      throw new ArmError(
        404,
        "ResourceNotFound",
        `The Resource 'Microsoft.Compute/virtualMachines/${this.vm}/runCommands/${name}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      );
    return this.view(found, withView);
  }

  list(withView: boolean): RunCommandView[] {
    return [...this.all.values()].map((each) => this.view(each, withView));
  }

  /** PATCH: what is given replaces; a new script runs. */
  async patch(name: string, body: RunCommandBody): Promise<Operation> {
    const found = this.find(name);
    if (!found) throw new ArmError(404, "ResourceNotFound", `The run command '${name}' was not found.`);
    if (body.properties === undefined) {
      found.body = { ...found.body, ...(body.tags ? { tags: body.tags } : {}) };
      return this.operations.create(this.vm, this.now(), this.now());
    }
    const merged = { ...found.body, ...body, properties: { ...found.body.properties, ...body.properties } };
    return (await this.put(name, merged)).operation;
  }

  /** Kills a running script's shell. @returns undefined when there was none. */
  delete(name: string): Operation | undefined {
    const found = this.find(name);
    if (!found) return undefined;
    this.letGo(found);
    this.all.delete(name.toLowerCase());
    return this.operations.create(this.vm, this.now(), this.now() + this.knobs.startDelayMs);
  }

  /** The guest went down: what ran will never be reported. */
  orphan(): void {
    for (const each of this.all.values()) {
      if (this.isOver(each)) continue;
      each.execution.endsAt = null;
      each.operation.endsAt = Math.max(each.operation.endsAt, this.now());
    }
  }

  /** Guests kill scripts at their time limit; their locks are free then. */
  settle(): void {
    for (const each of this.all.values())
      if (each.execution.endsAt !== null && each.execution.endsAt <= this.now()) this.release(each);
  }

  private letGo(resource: Resource): void {
    if (!this.isOver(resource)) resource.begun?.kill();
    this.release(resource);
  }

  private release({ execution }: Resource): void {
    if (execution.isReleased || execution.run?.end !== "hung") return;
    execution.isReleased = true;
    execution.run.release();
  }

  private find(name: string): Resource | undefined {
    return this.all.get(name.toLowerCase());
  }

  private isOver({ execution }: Resource): boolean {
    return execution.endsAt !== null && execution.endsAt <= this.now();
  }

  private view(resource: Resource, withView: boolean): RunCommandView {
    const { protectedParameters: _, ...properties } = resource.body.properties ?? {};
    return {
      name: resource.name,
      location: resource.body.location,
      tags: resource.body.tags,
      properties: {
        parameters: [],
        ...properties,
        provisioningState: this.provisioning(resource),
        ...(withView ? { instanceView: this.instanceView(resource) } : {}),
      },
    };
  }

  private provisioning({ operation }: Resource): string {
    if (this.now() < operation.endsAt) return "Creating";
    return operation.error ? "Failed" : "Succeeded";
  }

  private instanceView({ execution, isLost }: Resource): object {
    const now = this.now();
    const nothing = { executionState: "Unknown", executionMessage: "", exitCode: 0, output: "", error: "" };
    if (isLost) return nothing;
    if (now < execution.startsAt) return { ...nothing, executionState: "Pending" };
    if (execution.endsAt === null || now < execution.endsAt) {
      return {
        ...nothing,
        executionState: "Running",
        executionMessage: "Execution in progress",
        startTime: iso(execution.startsAt),
      };
    }
    const { exitCode, stdout, stderr } = execution.outcome;
    return {
      executionState: exitCode === 0 ? "Succeeded" : "Failed",
      executionMessage:
        exitCode === 0
          ? "Execution completed"
          : `Execution failed: failed to execute command: command terminated with exit status=${exitCode}`,
      exitCode,
      output: tail(stdout),
      error: tail(stderr),
      startTime: iso(execution.startsAt),
      endTime: iso(execution.endsAt),
    };
  }
}

/** Named parameters are environment variables. Empty values are skipped: the variable is unset, not empty. */
function namedEnv(properties: RunCommandBody["properties"]): Record<string, string> {
  const given = [...(properties?.parameters ?? []), ...(properties?.protectedParameters ?? [])];
  return Object.fromEntries(
    given.flatMap((each) => (each.name && each.value ? [[each.name, each.value] as const] : [])),
  );
}

/** When it starts, when it ends and how. Killed by its limit or by a signal, Linux reports Failed and -1. */
function timeline(run: HostRun, startsAt: number, timeoutInSeconds: number | undefined): Execution {
  const limitMs = timeoutInSeconds ? timeoutInSeconds * 1000 : Infinity;
  const isLate = run.end === "hung" || run.tookMs > limitMs;
  const cutOff = { exitCode: -1, stdout: isLate ? run.stdout : "", stderr: "" };
  const base = { startsAt, run, isReleased: false };
  if (run.end === "rebooted") return { ...base, endsAt: null, outcome: cutOff };
  if (isLate) return { ...base, endsAt: limitMs === Infinity ? null : startsAt + limitMs, outcome: cutOff };
  return { ...base, endsAt: startsAt + run.tookMs, outcome: run.end === "killed" ? cutOff : run };
}

/** The last 4 KB in bytes; a character cut in two shows as U+FFFD, as it does there. */
function tail(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return bytes.length <= TAIL_BYTES ? text : bytes.subarray(bytes.length - TAIL_BYTES).toString("utf8");
}
