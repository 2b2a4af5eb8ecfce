import type { ArmResource } from "../../kit/cloud.js";
import { jsonBody, type SimReply, type SimRequest } from "../../kit/http.js";
import { ArmError, type AzureKnobs } from "../types.js";
import type { Authorization } from "./authorization.js";
import { evaluate, type Scope } from "./expression.js";
import { guidOf, type Landscape } from "./landscape.js";
import { familyOf } from "./quota.js";

interface Template {
  readonly parameters?: Readonly<Record<string, { readonly type?: string; readonly defaultValue?: unknown }>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly TemplateResource[];
  readonly outputs?: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>;
}
interface TemplateResource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly scope?: string;
  readonly location?: string;
  readonly dependsOn?: readonly string[];
  readonly [key: string]: unknown;
}
interface DeploymentBody {
  readonly properties?: {
    readonly mode?: string;
    readonly template?: Template;
    readonly parameters?: Readonly<Record<string, { readonly value?: unknown }>>;
  };
}
interface Running {
  readonly id: string;
  readonly name: string;
  readonly group: ArmResource;
  readonly body: Required<NonNullable<DeploymentBody["properties"]>>;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly correlation: string;
  state: "Running" | "Succeeded" | "Failed";
  error?: { readonly code: string; readonly message: string; readonly details?: readonly object[] };
  outputs: Record<string, unknown>;
  resources: string[];
}

const TYPE = "Microsoft.Resources/deployments";

/** Deployments of templates into a resource group: validated at once, done when their time has come. */
export class Deployments {
  private readonly all = new Map<string, Running>();
  /** Values of secure parameters seen so far, and what they are written from. */
  readonly secrets = new Set<string>();

  constructor(
    private readonly land: Landscape,
    private readonly roles: Authorization,
    private readonly knobs: AzureKnobs,
    private readonly now: () => number,
  ) {}

  reset(): void {
    this.all.clear();
  }

  /** Brings what is over to its end. */
  settle(): void {
    for (const each of this.all.values()) if (each.state === "Running" && this.now() >= each.endsAt) this.finish(each);
  }

  answer(request: SimRequest, group: ArmResource, parts: readonly string[], origin: string): SimReply {
    const [name = "", verb] = parts;
    const id = `${group.id}/providers/${TYPE}/${name}`;
    const key = id.toLowerCase();
    const found = this.all.get(key);
    if (request.method === "GET") {
      if (!found) throw new ArmError(404, "DeploymentNotFound", `Deployment '${name}' could not be found.`);
      if (verb === "operationStatuses")
        return {
          status: 200,
          body: { status: found.state, ...(found.error ? { error: found.error } : {}) },
        };
      return { status: 200, body: this.view(found) };
    }
    if (request.method === "DELETE") {
      if (found?.state === "Running")
        throw new ArmError(409, "DeploymentActive", `Unable to delete the active deployment '${name}'.`);
      this.all.delete(key);
      return { status: found ? 202 : 204 };
    }
    if (request.method !== "PUT")
      throw new ArmError(405, "MethodNotAllowed", `The method '${request.method}' is not supported.`);
    if (found?.state === "Running")
      throw new ArmError(
        409,
        "DeploymentActive",
        `Unable to edit or replace deployment '${name}': previous deployment from '${new Date(found.startedAt).toISOString()}' is still active.`,
      );
    const made = this.begin(id, name, group, (jsonBody(request) ?? {}) as DeploymentBody);
    this.all.set(key, made);
    const status = `${origin}${id}/operationStatuses/${made.correlation}?api-version=2021-04-01`;
    return { status: found ? 200 : 201, headers: { "Azure-AsyncOperation": status }, body: this.view(made) };
  }

  private begin(id: string, name: string, group: ArmResource, body: DeploymentBody): Running {
    const { mode, template, parameters = {} } = body.properties ?? {};
    if (mode !== "Incremental" && mode !== "Complete")
      throw new ArmError(400, "InvalidDeployment", "The 'mode' property of the deployment is missing or invalid.");
    if (!template)
      throw new ArmError(400, "InvalidDeployment", "The deployment must specify a template or a template link.");
    for (const [key, declared] of Object.entries(template.parameters ?? {})) {
      const given = parameters[key]?.value ?? declared.defaultValue;
      if (given === undefined)
        throw new ArmError(
          400,
          "InvalidTemplate",
          `Deployment template validation failed: 'The value for the template parameter '${key}' is not provided.'.`,
        );
      if (/^secure/i.test(declared.type ?? "")) this.hide(String(given));
    }
    const unknown = Object.keys(parameters).find((key) => !(key in (template.parameters ?? {})));
    if (unknown !== undefined)
      throw new ArmError(
        400,
        "InvalidTemplate",
        `Deployment template validation failed: 'The template parameters '${unknown}' in the parameters file are not valid; they are not present in the original template.'.`,
      );
    const made: Running = {
      id,
      name,
      group,
      body: { mode, template, parameters },
      startedAt: this.now(),
      endsAt: this.now() + this.knobs.deployMs,
      correlation: guidOf(`${id}/${this.now()}/${this.all.size}`),
      state: "Running",
      outputs: {},
      resources: [],
    };
    this.preflight(made);
    return made;
  }

  /** What Azure refuses before it begins: terms nobody accepted, quota that does not suffice. */
  private preflight(made: Running): void {
    const scope = this.scopeOf(made, true);
    for (const each of made.body.template.resources ?? []) {
      if (each.type.toLowerCase() !== "microsoft.compute/virtualmachines") continue;
      const { plan, properties } = evaluate({ plan: each["plan"], properties: each["properties"] }, scope) as {
        plan?: { publisher: string; product: string; name: string };
        properties?: { hardwareProfile?: { vmSize?: string } };
      };
      if (plan && !this.land.terms.has(`${plan.publisher}/${plan.product}/${plan.name}`))
        throw new ArmError(
          400,
          "MarketplacePurchaseEligibilityFailed",
          `Marketplace purchase eligibilty check returned errors. See inner errors for details.`,
          {},
          [
            {
              code: "BadRequest",
              message: `Offer with PublisherId: '${plan.publisher}', OfferId: '${plan.product}' cannot be purchased due to validation errors: You have not accepted the legal terms on this subscription for this plan.`,
            },
          ],
        );
      const size = properties?.hardwareProfile?.vmSize ?? "";
      const family = familyOf(size);
      if (!family)
        throw new ArmError(400, "InvalidParameter", `The value ${size} provided for the VM size is not valid.`);
      const usage = this.knobs.quota[family.family] ?? { used: 0, limit: 0 };
      if (usage.used + family.cores > usage.limit)
        throw new ArmError(
          400,
          "InvalidTemplateDeployment",
          "The template deployment is not valid according to the validation procedure.",
          {},
          [
            {
              code: "QuotaExceeded",
              message: `Operation could not be completed as it results in exceeding approved ${family.family} Cores quota. Current Limit: ${usage.limit}, Current Usage: ${usage.used}, Additional Required: ${family.cores}.`,
            },
          ],
        );
    }
  }

  private scopeOf(made: Running, before = false): Scope {
    const { template, parameters } = made.body;
    const values = Object.fromEntries(
      Object.entries(template.parameters ?? {}).map(([key, { defaultValue }]) => [
        key,
        parameters[key]?.value ?? defaultValue,
      ]),
    );
    return {
      parameters: values,
      variables: template.variables ?? {},
      subscription: this.land.subscription,
      group: { name: made.group.name, location: made.group.location ?? this.land.location, id: made.group.id },
      reference: (id) => this.land.find(id) ?? (before ? { properties: {}, identity: { principalId: "" } } : undefined),
    };
  }

  private finish(made: Running): void {
    const { template } = made.body;
    try {
      if (this.knobs.deploymentFails) throw new ArmError(409, "Conflict", this.knobs.deploymentFails);
      for (const each of template.resources ?? []) this.create(made, each);
      made.outputs = Object.fromEntries(
        Object.entries(template.outputs ?? {}).map(([key, { type, value }]) => [
          key,
          { type, value: evaluate(value, this.scopeOf(made)) },
        ]),
      );
      made.state = "Succeeded";
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      made.state = "Failed";
      made.error = {
        code: "DeploymentFailed",
        message: "At least one resource deployment operation failed. Please list deployment operations for details.",
        details: [{ code: error.code, message: error.message }],
      };
    }
  }

  private create(made: Running, spec: TemplateResource): void {
    const { type, apiVersion: _apiVersion, dependsOn: _dependsOn, scope: at, ...rest } = spec;
    const given = evaluate({ ...rest, at }, this.scopeOf(made)) as Record<string, unknown>;
    const name = String(given["name"]);
    const [provider = "", ...kinds] = type.split("/");
    const names = name.split("/");
    const base = typeof given["at"] === "string" ? given["at"] : made.group.id;
    const id = `${base}/providers/${provider}${kinds.map((kind, i) => `/${kind}/${names[i] ?? ""}`).join("")}`;
    made.resources.push(id);
    const properties = (given["properties"] ?? {}) as Record<string, unknown>;
    if (type.toLowerCase() === "microsoft.authorization/roleassignments") {
      this.roles.assign(id, name, base, { properties });
      return;
    }
    const identity = given["identity"] as { type?: string } | undefined;
    this.land.put({
      id,
      name: names[names.length - 1] ?? name,
      type,
      location: String(given["location"] ?? this.land.location),
      tags: (given["tags"] ?? {}) as Record<string, string>,
      ...(identity ? { identity: { ...identity, principalId: guidOf(`${id}/principal`) } } : {}),
      ...(given["plan"] ? { plan: given["plan"] as Record<string, unknown> } : {}),
      properties: { ...properties, provisioningState: "Succeeded" },
    });
  }

  private hide(value: string): void {
    this.secrets.add(value);
    for (const text of [value, Buffer.from(value, "base64").toString("utf8")])
      for (const [, secret = ""] of text.matchAll(/"\w*secret\w*"\s*:\s*"([^"]+)"/gi)) this.secrets.add(secret);
  }

  private view(made: Running): object {
    const open = Object.fromEntries(
      Object.entries(made.body.template.parameters ?? {}).map(([key, { type = "string" }]) => [
        key,
        /^secure/i.test(type) ? { type } : { type, value: made.body.parameters[key]?.value },
      ]),
    );
    return {
      id: made.id,
      name: made.name,
      type: TYPE,
      properties: {
        provisioningState: made.state,
        mode: made.body.mode,
        correlationId: made.correlation,
        timestamp: new Date(made.startedAt).toISOString(),
        parameters: open,
        outputs: made.outputs,
        outputResources: made.resources.map((id) => ({ id })),
        ...(made.error ? { error: made.error } : {}),
      },
    };
  }
}
