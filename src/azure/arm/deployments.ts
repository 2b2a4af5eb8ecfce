import { z } from "zod";
import type { About, ArmHttp } from "./http.js";

/** A deployment of a template into a resource group. */
export interface Deployment {
  readonly name: string;
  /** `Accepted`, `Running`, `Succeeded`, `Failed`, `Canceled` */
  readonly state: string;
  /** Ids of what it made. */
  readonly resources: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Why it failed, as a sentence. */
  readonly problem?: string;
}

export interface DeploymentsReader {
  find(resourceGroup: string, name: string): Promise<Deployment | undefined>;
}

export interface Deployments extends DeploymentsReader {
  /** Returns once Azure has accepted. Values of `secureString` parameters are shown to nobody afterwards. */
  start(
    resourceGroup: string,
    name: string,
    template: object,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

const version = "2024-11-01";
const errorShape = z.object({
  code: z.string().nullish(),
  message: z.string().nullish(),
  details: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })).nullish(),
});
const shape = z.object({
  name: z.string(),
  properties: z.object({
    provisioningState: z.string(),
    outputResources: z.array(z.object({ id: z.string() })).nullish(),
    outputs: z.record(z.string(), z.object({ value: z.unknown() })).nullish(),
    error: errorShape.nullish(),
  }),
});

/** Deployments (learn.microsoft.com/rest/api/resources/deployments). */
export function deployments(http: ArmHttp): Deployments {
  const at = (group: string, name: string): string =>
    `/subscriptions/${http.subscription}/resourcegroups/${group}/providers/Microsoft.Resources/deployments/${name}`;
  const about = (name: string): About => ({ what: `the deployment ${name}`, version });
  return {
    find: async (group, name) => {
      const found = await http.find(at(group, name), about(name), shape);
      if (!found) return undefined;
      const { provisioningState, outputResources, outputs, error } = found.properties;
      const why = error?.details?.[0]?.message ?? error?.message;
      return {
        name: found.name,
        state: provisioningState,
        resources: (outputResources ?? []).map((each) => each.id),
        outputs: Object.fromEntries(Object.entries(outputs ?? {}).map(([key, each]) => [key, each.value])),
        ...(why ? { problem: why } : {}),
      };
    },
    start: (group, name, template, parameters) =>
      http.put(at(group, name), about(name), {
        properties: {
          mode: "Incremental",
          template,
          parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, { value }])),
        },
      }),
  };
}
