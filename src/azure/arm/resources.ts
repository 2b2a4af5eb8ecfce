import { z } from "zod";
import type { ArmHttp } from "./http.js";

/** Any resource, by id. */
export interface AnyResource {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of its system-assigned identity. */
  readonly principal?: string;
  readonly state: string;
}

export interface ResourcesReader {
  /** Throws Rejected for a type this file does not know the api-version of. */
  find(id: string): Promise<AnyResource | undefined>;
}

export interface Resources extends ResourcesReader {
  /** Returns once Azure has accepted; what is not there is gone already. */
  remove(id: string): Promise<void>;
}

const versions: Readonly<Record<string, string>> = {
  "microsoft.compute/virtualmachines": "2024-07-01",
  "microsoft.compute/disks": "2024-03-02",
  "microsoft.network/networkinterfaces": "2024-05-01",
  "microsoft.network/networksecuritygroups": "2024-05-01",
  "microsoft.managedidentity/userassignedidentities": "2023-01-31",
  "microsoft.keyvault/vaults": "2023-07-01",
  "microsoft.storage/storageaccounts": "2023-05-01",
};
const shape = z.object({
  id: z.string(),
  name: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  identity: z.object({ principalId: z.string().nullish() }).nullish(),
  properties: z.object({ provisioningState: z.string().nullish() }).nullish(),
});

function aboutOf(id: string): { what: string; version: string } {
  const [, provider = "", type = "", name = ""] = /\/providers\/([^/]+)\/([^/]+)\/([^/]+)$/i.exec(id) ?? [];
  const version = versions[`${provider}/${type}`.toLowerCase()];
  if (version === undefined) throw new Error(`no api-version is known for ${id}`);
  return { what: `${name} (${type})`, version };
}

/** Resources whatever they are. */
export function resources(http: ArmHttp): Resources {
  return {
    find: async (id) => {
      const found = await http.find(id, aboutOf(id), shape);
      if (!found) return undefined;
      const principal = found.identity?.principalId;
      return {
        id: found.id,
        name: found.name,
        tags: found.tags ?? {},
        state: found.properties?.provisioningState ?? "",
        ...(principal ? { principal } : {}),
      };
    },
    remove: (id) => http.remove(id, aboutOf(id)),
  };
}
