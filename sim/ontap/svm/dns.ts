import { accepts, texts } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { SvmState } from "../state.js";

const fields = fieldTable("svm.{uuid,name} domains servers scope");

/** Name servers of data SVMs: without them an SVM cannot find its key vault (reference 10). */
export const dns: Collection = {
  path: "/name-services/dns",
  keys: ["svm.uuid"],
  fields,
  list: (ctx) =>
    ctx.cluster.svms
      .filter((svm) => svm.dns !== undefined && sees(ctx, svm))
      .map((svm) => ({
        key: svm.uuid,
        view: () => ({ svm: ref(svm), domains: svm.dns?.domains, servers: svm.dns?.servers, scope: "svm" }),
      })),
};

function svmAt(ctx: Ctx): SvmState {
  const svm = ctx.cluster.svms.find((each) => each.uuid === ctx.params["svm.uuid"] && sees(ctx, each) && each.dns);
  if (!svm) throw notFound("svm.uuid");
  return svm;
}

function create(ctx: Ctx): Outcome {
  const svm = svmIn(ctx);
  if (svm.dns) throw new ApiError(1, `DNS is already configured on SVM "${svm.name}".`, 409);
  const [domains, servers] = [texts(ctx.body, "domains"), texts(ctx.body, "servers")];
  if (!domains || !servers) throw missing(domains ? "servers" : "domains");
  svm.dns = { domains, servers };
  return { done: true, location: `/api/name-services/dns/${svm.uuid}` };
}

function change(ctx: Ctx): Outcome {
  const svm = svmAt(ctx);
  const [domains, servers] = [texts(ctx.body, "domains"), texts(ctx.body, "servers")];
  if (!domains && !servers) throw nothingToChange();
  svm.dns = { domains: domains ?? svm.dns?.domains ?? [], servers: servers ?? svm.dns?.servers ?? [] };
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  svmAt(ctx).dns = undefined;
  return { done: true };
}

const PATH = "/name-services/dns";
export const dnsWrites: readonly Write[] = [
  {
    method: "POST",
    path: PATH,
    reply: "sync",
    body: accepts("svm.{name,uuid} domains servers"),
    readable: fields,
    errors: [1],
    run: create,
  },
  {
    method: "PATCH",
    path: `${PATH}/{svm.uuid}`,
    reply: "sync",
    body: accepts("domains servers"),
    readable: fields,
    errors: [],
    run: change,
  },
  { method: "DELETE", path: `${PATH}/{svm.uuid}`, reply: "sync", errors: [], run: remove },
];
