import { z } from "zod";
import type { About, ArmHttp } from "./http.js";

/** A resource group. */
export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Azure's word; `Deleting` while it goes. */
  readonly state: string;
}

/** A resource, as a list of a group shows it. */
export interface ResourceInGroup {
  readonly id: string;
  readonly name: string;
  /** `Microsoft.Compute/virtualMachines` */
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface GroupsReader {
  find(name: string): Promise<ResourceGroup | undefined>;
  list(): Promise<readonly ResourceGroup[]>;
  /** What lies in it; empty when there is no such group. */
  resources(name: string): Promise<readonly ResourceInGroup[]>;
}

export interface Groups extends GroupsReader {
  /** Creates it, or leaves one that is there with these tags. Throws Rejected when one of that name lies in another region. */
  create(name: string, location: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes it with everything in it. Returns once Azure has accepted. */
  remove(name: string): Promise<void>;
}

const version = "2024-11-01";
const tags = z.record(z.string(), z.string()).nullish();
const group = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  tags,
  properties: z.object({ provisioningState: z.string().default("") }).default({ provisioningState: "" }),
});
const resource = z.object({ id: z.string(), name: z.string(), type: z.string(), tags });

const about = (name: string): About => ({ what: `the resource group ${name}`, version });
const groupOf = ({ id, name, location, tags: given, properties }: z.infer<typeof group>): ResourceGroup => ({
  id,
  name,
  location,
  tags: given ?? {},
  state: properties.provisioningState,
});

/** Resource groups (learn.microsoft.com/rest/api/resources/resource-groups). */
export function groups(http: ArmHttp): Groups {
  const all = `/subscriptions/${http.subscription}/resourcegroups`;
  const at = (name: string): string => `${all}/${encodeURIComponent(name)}`;
  return {
    find: async (name) => {
      const found = await http.find(at(name), about(name), group);
      return found && groupOf(found);
    },
    list: async () => (await http.list(all, { what: "the resource groups", version }, group)).map(groupOf),
    resources: async (name) => {
      const page = z.object({ value: z.array(resource) });
      const found = await http.find(`${at(name)}/resources`, about(name), page);
      return (found?.value ?? []).map((each) => ({ ...each, tags: each.tags ?? {} }));
    },
    create: (name, location, given) => http.put(at(name), about(name), { location, tags: given }),
    remove: (name) => http.remove(at(name), about(name)),
  };
}
