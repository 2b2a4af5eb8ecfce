import type { ArmResource } from "../../kit/cloud.js";
import { jsonBody, type SimReply, type SimRequest } from "../../kit/http.js";
import { ArmError } from "../types.js";
import type { Landscape } from "./landscape.js";

const NS = "Microsoft.Authorization";
const DEFINITIONS = `${NS}/roleDefinitions`;
const ASSIGNMENTS = `${NS}/roleAssignments`;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface RoleBody {
  readonly properties?: {
    readonly roleName?: string;
    readonly description?: string;
    readonly type?: string;
    readonly assignableScopes?: readonly string[];
    readonly permissions?: readonly object[];
    readonly roleDefinitionId?: string;
    readonly principalId?: string;
    readonly principalType?: string;
  };
}

const same = (a: unknown, b: unknown): boolean => String(a).toLowerCase() === String(b).toLowerCase();
const lastOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

/** Role definitions and role assignments at any scope. */
export class Authorization {
  constructor(
    private readonly land: Landscape,
    private readonly tenant: string,
    private readonly callers: readonly string[],
  ) {}

  /** `path`: everything behind `providers/Microsoft.Authorization`; `scope`: everything before it. */
  answer(request: SimRequest, scope: string, [kind = "", name]: readonly string[]): SimReply {
    const definitions = kind.toLowerCase() === "roledefinitions";
    if (name === undefined) return this.list(request, scope, definitions ? DEFINITIONS : ASSIGNMENTS);
    const id = `${scope}/providers/${definitions ? DEFINITIONS : ASSIGNMENTS}/${name}`;
    const found = this.land.find(id) ?? (definitions ? this.definition(name) : undefined);
    switch (request.method) {
      case "GET":
        if (!found)
          throw definitions
            ? new ArmError(
                404,
                "RoleDefinitionDoesNotExist",
                `The specified role definition with ID '${name}' does not exist.`,
              )
            : new ArmError(404, "RoleAssignmentNotFound", `The role assignment '${name}' is not found.`);
        return { status: 200, body: found };
      case "PUT": {
        if (!GUID.test(name))
          throw new ArmError(400, "InvalidRoleDefinitionId", `The name '${name}' is invalid. It must be a GUID.`);
        const body = (jsonBody(request) ?? {}) as RoleBody;
        return definitions ? this.define(id, name, body) : this.assign(id, name, scope, body);
      }
      case "DELETE":
        if (!found) return { status: 204 };
        if (
          definitions &&
          this.assignments().some((each) => same(lastOf(String(each.properties["roleDefinitionId"])), name))
        )
          throw new ArmError(
            400,
            "RoleDefinitionHasAssignments",
            "There are existing role assignments referencing role.",
          );
        this.land.remove(found.id);
        return { status: 200, body: found };
      default:
        throw new ArmError(405, "MethodNotAllowed", `The method '${request.method}' is not supported.`);
    }
  }

  private assignments(): readonly ArmResource[] {
    return this.land.list(ASSIGNMENTS);
  }
  private definition(name: string): ArmResource | undefined {
    return this.land.list(DEFINITIONS).find((each) => same(each.name, name));
  }

  private list(request: SimRequest, scope: string, type: string): SimReply {
    const filter = request.query.get("$filter") ?? "";
    const [, role] = /roleName eq '([^']*)'/i.exec(filter) ?? [];
    const [, principal] = /(?:principalId eq|assignedTo\()\s*'([^']*)'/i.exec(filter) ?? [];
    const value = this.land
      .list(type)
      .filter((each) => role === undefined || same(each.properties["roleName"], role))
      .filter((each) => principal === undefined || same(each.properties["principalId"], principal))
      .filter((each) => type === DEFINITIONS || this.seenFrom(scope, each, /atScope\(\)/i.test(filter)));
    return { status: 200, body: { value } };
  }

  /** Assignments at a scope, above it, and (unless only the scope itself is asked for) below it. */
  private seenFrom(scope: string, each: ArmResource, atScope: boolean): boolean {
    const at = String(each.properties["scope"]).toLowerCase();
    const from = scope.toLowerCase();
    return from.startsWith(at) || (!atScope && at.startsWith(from));
  }

  private define(id: string, name: string, { properties = {} }: RoleBody): SimReply {
    const { roleName, assignableScopes = [], permissions = [] } = properties;
    if (!roleName || assignableScopes.length === 0)
      throw new ArmError(
        400,
        "InvalidRoleDefinition",
        "The role definition is invalid: RoleName and AssignableScopes are required.",
      );
    const twin = this.land
      .list(DEFINITIONS)
      .find((each) => same(each.properties["roleName"], roleName) && !same(each.name, name));
    if (twin)
      throw new ArmError(
        409,
        "RoleDefinitionWithSameNameExists",
        `A custom role with the same name already exists in this directory. Use a different name.`,
      );
    const resource: ArmResource = {
      id,
      name,
      type: DEFINITIONS,
      properties: {
        roleName,
        description: properties.description ?? "",
        type: "CustomRole",
        assignableScopes,
        permissions,
      },
    };
    this.land.put(resource);
    return { status: 201, body: resource };
  }

  /** Used by deployments too. Throws ArmError. */
  assign(id: string, name: string, scope: string, { properties = {} }: RoleBody): SimReply {
    const { roleDefinitionId = "", principalId = "", principalType = "ServicePrincipal" } = properties;
    if (!this.definition(lastOf(roleDefinitionId)))
      throw new ArmError(
        404,
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${lastOf(roleDefinitionId)}' does not exist.`,
      );
    if (!this.knows(principalId))
      throw new ArmError(
        400,
        "PrincipalNotFound",
        `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${this.tenant}.`,
      );
    const properly = { roleDefinitionId, principalId, principalType, scope };
    const mine = this.land.find(id);
    if (
      mine &&
      !(
        same(mine.properties["principalId"], principalId) && same(mine.properties["roleDefinitionId"], roleDefinitionId)
      )
    )
      throw new ArmError(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      );
    const twin = this.assignments().find(
      (each) =>
        !same(each.id, id) &&
        same(each.properties["scope"], scope) &&
        same(each.properties["principalId"], principalId) &&
        same(lastOf(String(each.properties["roleDefinitionId"])), lastOf(roleDefinitionId)),
    );
    if (twin)
      throw new ArmError(
        409,
        "RoleAssignmentExists",
        `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`,
      );
    const resource: ArmResource = { id, name, type: ASSIGNMENTS, properties: properly };
    this.land.put(resource);
    return { status: mine ? 200 : 201, body: resource };
  }

  private knows(principal: string): boolean {
    return (
      this.callers.some((each) => same(each, principal)) ||
      this.land.list().some((each) => same(each.identity?.["principalId"], principal))
    );
  }
}
