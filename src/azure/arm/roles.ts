import { z } from "zod";
import type { About, ArmHttp } from "./http.js";

export interface RoleDefinition {
  readonly id: string;
  /** Its GUID. */
  readonly name: string;
  readonly roleName: string;
  readonly custom: boolean;
  readonly description: string;
  readonly actions: readonly string[];
  readonly scopes: readonly string[];
}

export interface RoleAssignment {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly principal: string;
  /** Id of the definition. */
  readonly role: string;
}

export interface RolesReader {
  /** By the name people give it. */
  findDefinition(scope: string, roleName: string): Promise<RoleDefinition | undefined>;
  /** What that principal may at the scope, above it and below it. */
  listAssignments(scope: string, principal: string): Promise<readonly RoleAssignment[]>;
  /** May Sluice itself do this there? Asked of Azure, not of a role's name. */
  may(scope: string, action: string): Promise<boolean>;
}

export interface Roles extends RolesReader {
  /** `guid`: the definition's name; the same one twice is one definition. */
  define(
    scope: string,
    guid: string,
    role: { readonly roleName: string; readonly description: string; readonly actions: readonly string[] },
  ): Promise<void>;
  removeDefinition(scope: string, guid: string): Promise<void>;
  assign(scope: string, guid: string, role: string, principal: string): Promise<void>;
  removeAssignment(scope: string, guid: string): Promise<void>;
}

const version = "2022-04-01";
const definitionShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    roleName: z.string(),
    type: z.string().nullish(),
    description: z.string().nullish(),
    assignableScopes: z.array(z.string()).default([]),
    permissions: z.array(z.object({ actions: z.array(z.string()).default([]) })).default([]),
  }),
});
const assignmentShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({ scope: z.string(), principalId: z.string(), roleDefinitionId: z.string() }),
});
const permissionShape = z.object({
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
});

/** Does `Microsoft.Network/*` or `*` cover the action? */
function covers(pattern: string, action: string): boolean {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${text}$`, "i").test(action);
}

const quoted = (text: string): string => text.replaceAll("'", "''");

/** Azure roles (learn.microsoft.com/rest/api/authorization). `scope` is an id: the subscription, a resource group, a resource. */
export function roles(http: ArmHttp): Roles {
  const at = (scope: string, rest: string): string => `${scope}/providers/Microsoft.Authorization/${rest}`;
  const definition = (scope: string, guid: string): string => at(scope, `roleDefinitions/${guid}`);
  const assignment = (scope: string, guid: string): string => at(scope, `roleAssignments/${guid}`);
  const about = (what: string): About => ({ what, version });
  return {
    findDefinition: async (scope, roleName) => {
      const found = await http.list(at(scope, "roleDefinitions"), about("the role definitions"), definitionShape, {
        $filter: `roleName eq '${quoted(roleName)}'`,
      });
      const [first] = found;
      return (
        first && {
          id: first.id,
          name: first.name,
          roleName: first.properties.roleName,
          custom: first.properties.type === "CustomRole",
          description: first.properties.description ?? "",
          actions: first.properties.permissions.flatMap((each) => each.actions),
          scopes: first.properties.assignableScopes,
        }
      );
    },
    listAssignments: async (scope, principal) => {
      const found = await http.list(at(scope, "roleAssignments"), about("the role assignments"), assignmentShape, {
        $filter: `principalId eq '${quoted(principal)}'`,
      });
      return found.map(({ id, name, properties: of }) => ({
        id,
        name,
        scope: of.scope,
        principal: of.principalId,
        role: of.roleDefinitionId,
      }));
    },
    may: async (scope, action) => {
      const all = await http.list(at(scope, "permissions"), about("what Sluice may do"), permissionShape);
      return all.some(
        ({ actions, notActions }) =>
          actions.some((each) => covers(each, action)) && !notActions.some((each) => covers(each, action)),
      );
    },
    define: (scope, guid, { roleName, description, actions }) =>
      http.put(definition(scope, guid), about(`the role ${roleName}`), {
        properties: {
          roleName,
          description,
          type: "CustomRole",
          assignableScopes: [scope],
          permissions: [{ actions, notActions: [] }],
        },
      }),
    removeDefinition: (scope, guid) => http.remove(definition(scope, guid), about(`the role ${guid}`)),
    assign: (scope, guid, role, principal) =>
      http.put(assignment(scope, guid), about(`the role assignment for ${principal}`), {
        // named, so that a principal made a moment ago is not looked for in a directory that has not heard of it
        properties: { roleDefinitionId: role, principalId: principal, principalType: "ServicePrincipal" },
      }),
    removeAssignment: (scope, guid) => http.remove(assignment(scope, guid), about(`the role assignment ${guid}`)),
  };
}
