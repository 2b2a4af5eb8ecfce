import { type Right, rightsOf } from "../kernel/auth.js";
import { fieldTable } from "../kernel/fields.js";
import { loginsOf, type WorldLogin } from "../kernel/logins.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Entry } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";

const ACCESS: Readonly<Record<Right, string>> = { none: "none", read: "readonly", all: "all" };

/** Whose account or role it is: an SVM's, or the cluster's. */
function ownerOf({ cluster }: Ctx, login: WorldLogin): Rec {
  const svm = cluster.svms.find((each) => each.name === login.svm);
  return ref(svm ?? cluster);
}

/** Logins the call's login may know of, by owner and name. */
function entries(ctx: Ctx, key: (login: WorldLogin) => string, view: (login: WorldLogin, owner: Rec) => Rec): Entry[] {
  const seen = new Map<string, Entry>();
  for (const login of loginsOf(ctx.fabric, ctx.cluster)) {
    if (ctx.scope && login.svm !== ctx.scope.name) continue;
    const owner = ownerOf(ctx, login);
    const own = `${String(owner["uuid"])}/${key(login)}`;
    if (!seen.has(own)) seen.set(own, { key: own, view: () => view(login, owner) });
  }
  return [...seen.values()];
}

/** `security login show`: who may log in, and how. */
export const accounts: Collection = {
  path: "/security/accounts",
  keys: ["owner.uuid", "name"],
  shown: ["owner.name"],
  clusterOnly: true,
  fields: fieldTable("owner.{uuid,name} name scope locked role.name applications.{application,authentication_methods}"),
  list: (ctx) =>
    entries(
      ctx,
      (login) => login.user,
      (login, owner) => ({
        owner,
        name: login.user,
        scope: login.svm === undefined ? "cluster" : "svm",
        locked: false,
        role: { name: login.role },
        applications: [
          {
            application: "http",
            authentication_methods: login.methods ?? ["password", "certificate"],
          },
        ],
      }),
    ),
};

/** The roles those logins have: what answers 403 with code 6 is not in them. */
export const roles: Collection = {
  path: "/security/roles",
  keys: ["owner.uuid", "name"],
  shown: ["owner.name"],
  clusterOnly: true,
  fields: fieldTable("owner.{uuid,name} name scope builtin privileges.{path,access,query}"),
  list: (ctx) =>
    entries(
      ctx,
      (login) => login.role,
      (login, owner) => ({
        owner,
        name: login.role,
        scope: login.svm === undefined ? "cluster" : "svm",
        builtin: login.role === "admin",
        privileges: Object.entries(rightsOf(login)).map(([path, right]) => ({
          path: path === "/" ? "/api" : `/api${path}`,
          access: ACCESS[right],
        })),
      }),
    ),
};
